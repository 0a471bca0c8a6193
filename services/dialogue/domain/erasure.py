"""What stays of an erased conversation, and the events that tell of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pydantic import Field

from contracts.cloudevent import CloudEvent, Event, caused_by
from contracts.events import ConversationErased, ErasureRecorded
from contracts.values import ErasureReason, Value


class Mark(Value):
    """What is kept: ids, by which its live state is found, and how much there was. No word of the visitor."""

    reason: ErasureReason
    sequence: int
    turn_ids: tuple[UUID, ...] = ()
    request_ids: tuple[UUID, ...] = ()
    deleted: Mapping[str, int] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Erased:
    """An erasure that is stored, and the events to publish about it."""

    mark: Mark
    events: Sequence[CloudEvent[Event]]
    was_erased: bool


def erasure_events(conversation_id: UUID, mark: Mark, erased_at: datetime) -> list[CloudEvent[Event]]:
    """The events of an erasure; their ids follow from the conversation, so that they are told once."""
    erased = ConversationErased(conversation_id=conversation_id, reason=mark.reason, deleted=mark.deleted)
    recorded = ErasureRecorded(**dict(erased), erased_at=erased_at)
    return [
        caused_by(conversation_id, data, source="dialogue", time=erased_at, sequence=mark.sequence)
        for data in (erased, recorded)
    ]
