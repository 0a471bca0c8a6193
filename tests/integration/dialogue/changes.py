"""Changes as the use cases make them; a test states only what matters."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

from contracts.cloudevent import CloudEvent, Event, caused_by
from contracts.events import ConversationStarted
from contracts.values import Stage
from playbook.reading.talk import Message
from services.dialogue.domain.changes import Change, Outcome, TurnStatus
from services.dialogue.domain.conversation import Conversation

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def a_change(
    conversation=None, *, version=0, status="answered", reply="Hello", new_turns=(), **more
) -> Change:
    """A change; `more` are other fields of it."""
    outcome = Outcome(status=TurnStatus(status), stage=Stage.UNDERSTAND, sequence=version + 1, reply=reply)
    messages = [Message(turn_id=turn_id, text="Hi") for turn_id in new_turns]
    opened = conversation or Conversation.open(uuid4(), "widget")
    usual = {"cause_id": uuid4(), "conversation": opened, "version": version, "events": ()}
    return Change(outcome=outcome, new_turns=messages, **(usual | more))


def an_event(conversation_id: UUID) -> CloudEvent[Event]:
    started = ConversationStarted(conversation_id=conversation_id, source="widget")
    return caused_by(uuid4(), started, source="dialogue", time=NOW, sequence=1)
