"""How many of the first sentences of a model's replies are shown at once, without asking a judge.

They are those that were written for a prompt which asks for a reaction first, and the recorded ones that
claim nothing of the company.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final
from uuid import NAMESPACE_URL, UUID, uuid5

import yaml

from contracts.values import Profile, Slot
from evals.recorded import PlayedTurn, RecordedConversation, play
from playbook import Playbook
from playbook.guard import AllowedClaims, Finding, GuardedReply
from playbook.section import Section
from services.dialogue.domain.claims import allowed_claims
from services.dialogue.domain.conversation import Conversation, Message, with_messages

REACTIONS: Final = Path(__file__).with_name("reactions.yaml")
LEAST_AT_ONCE: Final = 0.8
"""The share of first sentences that a visitor reads as soon as they are written."""

_CONVERSATION: Final = uuid5(NAMESPACE_URL, "a reaction")
_REACTS: Final = frozenset({None, Finding.ABOUT_VISITOR, Finding.NO_CLAIM})


class Reaction(Section):
    """A first sentence, the visitor's messages before it, and what was stored of them."""

    language: str
    visitor: tuple[str, ...]
    known: Mapping[str, Any] = {}
    says: str


def load_reactions(path: Path = REACTIONS) -> tuple[Reaction, ...]:
    """Every reaction of the file."""
    return tuple(map(Reaction.model_validate, yaml.safe_load(path.read_text(encoding="utf-8"))))


def is_shown_at_once(sentence: str, allowed: AllowedClaims) -> bool:
    """Whether code is sure of it."""
    reply = GuardedReply(allowed)
    reply.add(sentence)
    reply.finish()
    return reply.text == sentence


def claims_for(reaction: Reaction, playbook: Playbook) -> AllowedClaims:
    """What may be claimed in the conversation that the reaction belongs to."""
    known = {"language": reaction.language, **reaction.known}
    slots = {
        name: Slot[Any](value=told, words=str(told), turn_id=UUID(int=0)) for name, told in known.items()
    }
    opened = Conversation.open(_CONVERSATION, "api").model_copy(
        update={"profile": Profile().model_copy(update=slots), "is_introduced": True}
    )
    messages = (
        Message(turn_id=uuid5(_CONVERSATION, str(place)), text=text)
        for place, text in enumerate(reaction.visitor)
    )
    return allowed_claims(with_messages(opened, messages), playbook)


def recorded_reactions(
    conversations: Mapping[str, RecordedConversation], playbook: Playbook
) -> Iterator[tuple[str, AllowedClaims]]:
    """The first sentences of the recorded replies that claim nothing, and what may be claimed there."""
    for turn in (turn for one in conversations.values() for turn in play(one, playbook)):
        if (says := _reaction_of(turn)) is not None:
            yield says, allowed_claims(turn.decided.conversation, playbook)


def _reaction_of(turn: PlayedTurn) -> str | None:
    first = next(iter(turn.of.reply), None)
    return first.says if first and first.verdict in _REACTS and not first.says.endswith("?") else None
