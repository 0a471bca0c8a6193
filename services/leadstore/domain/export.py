"""Everything that is held of a conversation, as one document to hand out."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import AwareDatetime

from contracts.values import Value
from services.leadstore.domain.transcript import Transcript

Records = Mapping[str, Sequence[Mapping[str, Any]]]
"""By table, its rows of one conversation as they are stored."""


class ConversationExport(Value):
    """A conversation as it is read, and every stored row behind it, with what subscribers were told last.

    `model_uses` are what language models took for it, one row a reply or draft.
    """

    exported_at: AwareDatetime
    conversation: Transcript
    records: Mapping[str, Sequence[Mapping[str, Any]]]
    model_uses: Sequence[Mapping[str, Any]]


class PersonExport(Value):
    """All conversations in which an address was given."""

    exported_at: AwareDatetime
    conversations: tuple[ConversationExport, ...]


def export_of(transcript: Transcript, records: Records, *, at: datetime) -> ConversationExport:
    """The document of one conversation. What it cost stands apart, for that is not for everybody."""
    uses = records.get("model_use", ())
    others = {table: rows for table, rows in records.items() if table != "model_use"}
    return ConversationExport(exported_at=at, conversation=transcript, records=others, model_uses=uses)
