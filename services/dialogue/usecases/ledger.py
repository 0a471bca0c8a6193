"""What one cause leads to: events in the order of their conversation, and the change that stores them."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from uuid import UUID

from contracts.cloudevent import CloudEvent, Event, EventT, caused_by, derive_id
from contracts.events import ProfileUpdated, StageAdvanced
from contracts.values import Stage
from services.dialogue.domain import Conversation, Message
from services.dialogue.ports import Change, Loaded, Outcome

SOURCE = "dialogue"


class Ledger:
    """Collects events. The same cause, conversation and order give the same ids and numbers.

    Args:
        cause: the id of the event being handled.
        loaded: the conversation as it was read.
        time: when the events become true.
    """

    def __init__(self, cause: UUID, loaded: Loaded, time: datetime) -> None:
        self.cause = cause
        self._version = loaded.version
        self._stored_turns = frozenset(loaded.outcomes)
        self.time = time
        self.sequence = loaded.conversation.sequence if loaded.conversation else 0
        self._ordinals: Counter[str] = Counter()
        self.events: list[CloudEvent[Event]] = []

    @property
    def reply_id(self) -> UUID:
        """The id of the reply that the cause leads to."""
        return derive_id(self.cause, "reply")

    def record(self, data: EventT) -> CloudEvent[EventT]:
        """Add what became true; returns it with its envelope."""
        self.sequence += 1
        event = caused_by(
            self.cause,
            data,
            source=SOURCE,
            time=self.time,
            sequence=self.sequence,
            ordinal=self._ordinals[data.type_name()],
        )
        self._ordinals[data.type_name()] += 1
        self.events.append(event)
        return event

    def record_progress(self, before: Conversation, after: Conversation, changed: tuple[str, ...]) -> None:
        """Add what a turn changed: the profile, and each stage that was entered, one by one."""
        identity = after.conversation_id
        if changed:
            self.record(ProfileUpdated(conversation_id=identity, profile=after.profile, changed=changed))
        stages = list(Stage)[before.stage.position : after.stage.position + 1]
        for left, entered in pairwise(stages):
            self.record(StageAdvanced(conversation_id=identity, from_stage=left, to_stage=entered))

    def close(
        self,
        conversation: Conversation,
        outcome: Outcome,
        *,
        new_turns: Sequence[Message] = (),
        settled_turn_ids: Sequence[UUID] = (),
        wake_at: datetime | None = None,
    ) -> Change:
        """The change that stores `conversation` together with the events.

        Of `new_turns`, those that failed before are stored already.
        """
        again = [turn.turn_id for turn in new_turns if turn.turn_id in self._stored_turns]
        return Change(
            conversation=conversation.model_copy(update={"sequence": self.sequence}),
            version=self._version,
            outcome=outcome,
            new_turns=[turn for turn in new_turns if turn.turn_id not in self._stored_turns],
            settled_turn_ids=[*settled_turn_ids, *again],
            events=self.events,
            wake_at=wake_at,
        )
