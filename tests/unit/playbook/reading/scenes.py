"""A conversation at some point, and what the reader understands there."""

from uuid import UUID, uuid5

import pytest

from contracts.values import Profile, Proposal, Slot
from playbook.reading import understand
from playbook.reading.meaning import Intent, Operation, SlotUpdate, Understanding
from playbook.reading.talk import Message, QuickReply, Utterance
from services.dialogue.domain.conversation import Conversation
from tests.support.playbooks import SHIPPED

CONVERSATION = UUID("11111111-1111-4111-8111-111111111111")
EARLIER = uuid5(CONVERSATION, "earlier")
NOW = uuid5(CONVERSATION, "now")


def in_languages(**messages: tuple[str, ...]) -> pytest.MarkDecorator:
    """Each message in its language."""
    cases = [(language, message) for language, each in messages.items() for message in each]
    return pytest.mark.parametrize(("language", "message"), cases)


def scene(
    asked: str | None = None,
    *,
    language: str | None = None,
    drafted: bool = False,
    offered: tuple[QuickReply, ...] = (),
    **known: object,
) -> Conversation:
    """A conversation in which `asked` is open; what is `known` was told in the message before."""
    told = {name: Slot(value=value, words=str(value), turn_id=EARLIER) for name, value in known.items()}
    if language:
        told["language"] = Slot(value=language, words=language, turn_id=EARLIER)
    return Conversation.open(CONVERSATION, "api").model_copy(
        update={
            "profile": Profile.model_validate({name: slot.model_dump() for name, slot in told.items()}),
            "open_question": asked,
            "history": (Utterance(role="visitor", text="12", turn_id=EARLIER),) if told else (),
            "proposal": Proposal.model_construct() if drafted else None,
            "quick_replies": offered,
        }
    )


def offered(label: str, *updates: SlotUpdate) -> QuickReply:
    """A reply that a visitor may pick, named in what was said."""
    means = Understanding(intents=(Intent.ANSWER,), updates=updates)
    return QuickReply(label=label, is_named=True, means=means)


def read(text: str, conversation: Conversation) -> Understanding:
    """What one message means."""
    return understand([Message(turn_id=NOW, text=text)], conversation, SHIPPED)


def told(text: str, conversation: Conversation) -> dict[str, tuple[str, ...]]:
    """The slots a message fills, with their values; a range has both of its ends."""
    return {
        update.slot: (*update.values, *((f"{update.up_to:g}",) if update.up_to else ()))
        for update in read(text, conversation).updates
        if update.operation is not Operation.REMOVE
    }
