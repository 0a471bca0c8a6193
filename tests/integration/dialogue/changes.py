"""Changes as the use cases make them; a test states only what matters."""

from collections.abc import Sequence
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
    conversation: Conversation | None = None,
    *,
    cause_id: UUID | None = None,
    version: int = 0,
    status: TurnStatus = TurnStatus.ANSWERED,
    reply: str = "Hello",
    new_turns: Sequence[UUID] = (),
    settled: Sequence[UUID] = (),
    events: Sequence[CloudEvent[Event]] = (),
    wake_at: datetime | None = None,
) -> Change:
    return Change(
        cause_id=cause_id or uuid4(),
        conversation=conversation or Conversation.open(uuid4(), "widget"),
        version=version,
        outcome=Outcome(status=status, stage=Stage.UNDERSTAND, sequence=version + 1, reply=reply),
        new_turns=[Message(turn_id=turn_id, text="Hi") for turn_id in new_turns],
        settled_turn_ids=settled,
        events=events,
        wake_at=wake_at,
    )


def an_event(conversation_id: UUID, cause: UUID | None = None, ordinal: int = 0) -> CloudEvent[Event]:
    started = ConversationStarted(conversation_id=conversation_id, source="widget")
    return caused_by(cause or uuid4(), started, source="dialogue", time=NOW, sequence=1, ordinal=ordinal)
