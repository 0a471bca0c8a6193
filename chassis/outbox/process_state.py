"""What one process knows of its events before the table is updated."""

import time
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from chassis.kafka.sealing import OutgoingEvent
from contracts.cloudevent import CloudEvent, Event

# The topic and key of an event.
OrderingKey = tuple[str, bytes]
Clock = Callable[[], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxOptions:
    """How long the outbox waits. Times in seconds.

    For `lease_s` an event belongs to the process that stored it; then any sweeper may publish it. The process
    itself begins to publish it only within `publish_within_s`, so that the two do not meet.
    A sweep waits `sweep_timeout_s` for the broker, less than the lease: meanwhile nothing is marked as sent.
    `repeat_after_s` is how long a record of another process may be on its way after a sweeper took over.
    """

    sweep_every_s: float = 1.0
    sweep_timeout_s: float = 3.0
    publish_within_s: float = 3.0
    lease_s: float = 5.0
    longest_backoff_s: float = 5.0
    repeat_after_s: float = 60.0
    keep_sent_s: float = 7 * 86400.0
    prune_every_sweeps: int = 600
    sweep_limit: int = 200


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event this process stored and has not published: since when, and behind which unsent events."""

    event: OutgoingEvent
    since_s: float
    behind: frozenset[UUID]


@dataclass(slots=True)
class ProcessState:
    """The events of this process by id.

    `acked` are published and not marked in the table yet, `marked` those of the last time this was done,
    `left` are left to the sweeper.
    """

    options: OutboxOptions
    clock: Clock = time.monotonic
    stored: dict[UUID, StoredEvent] = field(default_factory=dict)
    acked: dict[UUID, None] = field(default_factory=dict)
    marked: frozenset[UUID] = frozenset()
    left: dict[UUID, float] = field(default_factory=dict)

    def note_stored(
        self, events: Sequence[OutgoingEvent], unsent: Iterable[tuple[UUID, str, bytes]], since_s: float
    ) -> None:
        """Note that events were stored while `unsent` (id, topic, key) stood before them."""
        before: dict[OrderingKey, set[UUID]] = {}
        for event_id, topic, key in unsent:
            before.setdefault((topic, key), set()).add(event_id)
        for event in events:
            ordering_key = (event.topic, event.key)
            self.stored[event.id] = StoredEvent(event, since_s, frozenset(before.get(ordering_key, ())))
            # What stands before that one stands before the next one too.
            before[ordering_key] = {event.id}

    def take_next(self, events: Sequence[CloudEvent[Event]]) -> list[OutgoingEvent]:
        """The events that may be published now; the others are left to the sweeper."""
        now_s = self.clock()
        ready: dict[UUID, OutgoingEvent] = {}
        for event in events:
            stored = self.stored.pop(event.id, None)
            if stored is not None and self._is_next(stored, ready.keys(), now_s):
                ready[event.id] = stored.event
            elif stored is None or event.id not in stored.behind:
                self.left[event.id] = now_s
        return list(ready.values())

    def _is_next(self, stored: StoredEvent, ready: Container[UUID], now_s: float) -> bool:
        is_in_time = now_s - stored.since_s < self.options.publish_within_s
        return is_in_time and all(
            event_id in ready or event_id in self.acked or event_id in self.marked
            for event_id in stored.behind
        )

    def note_marked(self, event_ids: Iterable[UUID], *, begins_anew: bool = False) -> None:
        """Note that the table marks these as sent; `begins_anew` drops earlier notes."""
        marked = frozenset(event_ids)
        self.marked = marked if begins_anew else self.marked | marked
        for event_id in marked:
            self.acked.pop(event_id, None)
            self.left.pop(event_id, None)

    def forget_old(self) -> None:
        """Drop events that any sweeper may publish by now, and events never passed to `publish`."""
        oldest_s = self.clock() - self.options.lease_s
        for event_id in [event_id for event_id, left_s in self.left.items() if left_s < oldest_s]:
            del self.left[event_id]
        for event_id in [event_id for event_id, event in self.stored.items() if event.since_s < oldest_s]:
            del self.stored[event_id]
