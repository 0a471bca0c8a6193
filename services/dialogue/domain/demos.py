"""What the calendar tells of a demo changes the conversation."""

from uuid import UUID

from contracts.values import Stage
from playbook.demo_changes import DemoChange
from services.dialogue.domain.conversation import Conversation

_MOST_REMEMBERED = 20


def with_demo(conversation: Conversation, event_id: UUID, change: DemoChange | None) -> Conversation:
    """The conversation after this is known: with a demo it has reached its end, without one it is open.

    While a person speaks it waits to be said.
    """
    known = (*conversation.demo_event_ids, event_id)[-_MOST_REMEMBERED:]
    unsaid = change if change is not None and change.is_told and conversation.person is not None else None
    after = conversation.model_copy(update={"demo_event_ids": known, "unsaid_demo": unsaid})
    if change is None:
        return after
    if change.is_lost:
        return after.model_copy(update={"has_demo": False, "closed": after.has_declined})
    booked = {"stage": Stage.BOOK, "has_demo": True, "closed": True, "has_declined": False}
    return after.model_copy(update=booked | {"open_question": None})
