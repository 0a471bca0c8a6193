"""A conversation at some point, and what the reader understands there."""

from uuid import uuid5

import pytest

from contracts.values import Proposal
from playbook.reading import understand
from playbook.reading.meaning import Intent, Operation, SlotUpdate, Understanding
from playbook.reading.talk import Message, QuickReply
from services.dialogue.domain.conversation import Conversation
from tests.support.playbooks import SHIPPED
from tests.support.talks import CONVERSATION, knows, talk

EARLIER, NOW = uuid5(CONVERSATION, "0"), uuid5(CONVERSATION, "now")


def in_languages(**messages: tuple[str, ...]) -> pytest.MarkDecorator:
    """Each message in its language."""
    cases = [(language, message) for language, each in messages.items() for message in each]
    return pytest.mark.parametrize(("language", "message"), cases)


def scene(asked: str | None = None, *, drafted: bool = False, offered=(), **known: object) -> Conversation:
    """A conversation in which `asked` is open; what is `known` was told in the message before."""
    told = {name: value for name, value in known.items() if value is not None}
    proposal = Proposal.model_construct() if drafted else None
    state = {"open_question": asked, "proposal": proposal, "quick_replies": offered, "profile": knows(**told)}
    return talk(*["12"] * bool(told), **state)


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
