"""Conversations as they stand at some point, made without talking."""

from collections.abc import Mapping
from uuid import UUID, uuid5

from contracts.values import Profile, Slot, Stage
from playbook.reading.talk import Message
from services.dialogue.domain.conversation import Conversation, with_messages, with_proposal, with_reply
from tests.unit.dialogue.builders import a_proposal, a_tier

CONVERSATION = UUID("11111111-1111-4111-8111-111111111111")
LINK = "https://calendly.com/instaagents/discovery-demo/one"

BAKERY: Mapping[str, object] = {
    "business_type": "bakery",
    "team_size": 12,
    "challenge": "phone orders",
    "task": "phone orders",
    "steps": ("write them down", "call back"),
    "tools": ("Excel", "Gmail"),
    "hours_per_week": 6.0,
}


def talk(*lines: str, **changed: object) -> Conversation:
    """A conversation with these lines, the visitor's first and then by turns; `changed` are other fields."""
    conversation = Conversation.open(CONVERSATION, "api")
    for number, line in enumerate(lines):
        if number % 2:
            conversation = with_reply(conversation, line)
        else:
            message = Message(turn_id=uuid5(CONVERSATION, str(number)), text=line)
            conversation = with_messages(conversation, [message])
    return conversation.model_copy(update=changed)


def knows(**values: object) -> Profile:
    """A profile with these values, each said in so many words."""
    slots = {
        name: Slot[object](value=value, words=str(value), turn_id=uuid5(CONVERSATION, "0"))
        for name, value in values.items()
    }
    return Profile().model_copy(update=slots)


def with_a_proposal(conversation: Conversation, *, reason: str = "one agent is enough") -> Conversation:
    """The conversation after a proposal with its tier was shown."""
    tier = a_tier(tier="starter", name="Starter", reason=reason)
    shown = with_proposal(conversation, a_proposal(does=("takes orders by phone",)), tier)
    return shown.model_copy(update={"stage": Stage.PROPOSE})
