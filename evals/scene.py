"""Conversations at a point where a single message or sentence is tried on them."""

from uuid import NAMESPACE_URL, UUID, uuid5

from contracts.values import Profile, Proposal, Slot, Stage
from playbook.reading.talk import Message
from services.dialogue.domain.conversation import Conversation, with_messages

CONVERSATION = uuid5(NAMESPACE_URL, "a scene")
_TURN = uuid5(CONVERSATION, "the message")
_PROPOSAL = Proposal(
    agent_name="Invoice Agent",
    summary="Takes the invoices off the office.",
    does=("reads the invoices", "files them"),
    out_of_scope=(),
    integrations=(),
    hours_now_per_week=None,
    success_measure="no invoice is late",
    delivery="The first version is ready in two weeks.",
)


def scene(
    language: str, visitor: str, *, asked: str | None = None, has_proposal: bool = False
) -> tuple[Conversation, tuple[Message, ...]]:
    """A conversation in this language to which the visitor writes, and the messages to be answered."""
    known = Profile(language=Slot(value=language, words="", turn_id=UUID(int=0)))
    opened = Conversation.open(CONVERSATION, "api").model_copy(
        update={
            "profile": known,
            "is_introduced": True,
            "open_question": asked,
            "stage": Stage.PROPOSE if has_proposal else Stage.UNDERSTAND,
            "proposal": _PROPOSAL if has_proposal else None,
        }
    )
    messages = (Message(turn_id=_TURN, text=visitor),) if visitor else ()
    return with_messages(opened, messages), messages
