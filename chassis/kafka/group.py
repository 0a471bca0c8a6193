"""Records of one key that are handled together, as long as nobody is to blame for a failure."""

import asyncio
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from itertools import islice
from typing import Generic, TypeVar

from chassis.kafka.record import Record, event_type_of, parse_as
from contracts.cloudevent import CloudEvent, EventT

PlaceT = TypeVar("PlaceT")


@dataclass(frozen=True, slots=True)
class Together:
    """How many consecutive records of one type a handler may take at once."""

    at_most: int = 10
    most_bytes: int = 16 * 1024


@dataclass(slots=True, eq=False)
class Lane(Generic[PlaceT]):
    """The queue of one key, each record with its place. `alone` counts those to be settled one by one."""

    entries: deque[tuple[Record, PlaceT]] = field(default_factory=deque)
    alone: int = 0
    has_grown: asyncio.Event = field(default_factory=asyncio.Event)

    def append(self, record: Record, place: PlaceT) -> None:
        """Queue a record."""
        self.entries.append((record, place))
        self.has_grown.set()

    def next_group(self, rules: Mapping[str, Together]) -> "Group":
        """The records to be settled next; they stay queued until `take`."""
        rule = rules.get(event_type_of(self.entries[0][0]) or "")
        if self.alone:
            self.alone -= 1
            rule = None
        return Group(self, rule)

    def take(self, group: "Group") -> list[tuple[Record, PlaceT]]:
        """Remove a group that is settled from the head of the queue."""
        return [self.entries.popleft() for _ in group.records]


class Group:
    """The records at the head of a lane that are settled in one go; without a rule it is the first alone."""

    def __init__(self, lane: Lane[PlaceT], rule: Together | None) -> None:
        self._lane = lane
        self._rule = rule
        self._size = 1

    @property
    def records(self) -> tuple[Record, ...]:
        """The records in their order, one at least."""
        return tuple(record for record, _ in islice(self._lane.entries, self._size))

    def gather(self) -> bool:
        """Take in what has queued up behind, as far as the rule goes; whether there was any."""
        before = self._size
        while len(self._lane.entries) > self._size and self._takes(self._lane.entries[self._size][0]):
            self._size += 1
        return self._size > before

    async def grows_within(self, seconds: float) -> bool:
        """Wait for more; True as soon as it came, False when none did or none can be taken."""
        while not self.gather():
            if self._rule is None or self._size >= self._rule.at_most or len(self._lane.entries) > self._size:
                return False
            self._lane.has_grown.clear()
            try:
                async with asyncio.timeout(seconds):
                    await self._lane.has_grown.wait()
            except TimeoutError:
                return False
        return True

    def take_apart(self) -> bool:
        """Keep the first alone, and have each of the others follow alone; False when there are none."""
        others, self._rule, self._size = self._size - 1, None, 1
        self._lane.alone = max(self._lane.alone, others)
        return others > 0

    def _takes(self, record: Record) -> bool:
        if self._rule is None or self._size >= self._rule.at_most:
            return False
        taken = self.records
        size = sum(len(one.value or b"") for one in (*taken, record))
        return event_type_of(record) == event_type_of(taken[0]) and size <= self._rule.most_bytes


class Consecutive(Generic[EventT]):
    """The consecutive events of one key that a handler was given at once; there may come more."""

    def __init__(self, event_class: type[EventT], group: Group, first: CloudEvent[EventT]) -> None:
        self._event_class = event_class
        self._group = group
        self._read = [first]

    @property
    def events(self) -> tuple[CloudEvent[EventT], ...]:
        """The events in their order; raises MalformedEvent, which has the group taken apart."""
        unread = self._group.records[len(self._read) :]
        self._read += [parse_as(self._event_class, record) for record in unread]
        return tuple(self._read)

    async def grows_within(self, seconds: float) -> bool:
        """Wait for another event; True as soon as `events` holds more than before."""
        return await self._group.grows_within(seconds)


_in_hand: ContextVar[Group | None] = ContextVar("group_in_hand", default=None)


@contextmanager
def in_hand(group: Group) -> Iterator[None]:
    """Let the handler that is called within find all the records it is given."""
    token = _in_hand.set(group)
    try:
        yield
    finally:
        _in_hand.reset(token)


def group_in_hand() -> Group | None:
    """The records that are being handled here."""
    return _in_hand.get()
