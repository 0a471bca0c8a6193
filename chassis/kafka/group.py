"""Records of one key that are handled together, until one of them fails."""

import asyncio
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Generic, TypeVar

from faststream.kafka import KafkaBroker

from chassis.kafka.record import Record, event_type_of, parse_as
from chassis.kafka.sealing import Sealing
from chassis.settings import ServiceSettings
from contracts.cloudevent import CloudEvent, EventT

PlaceT = TypeVar("PlaceT")
_LIMITS_KEY = "salesbot_group_limits"


@dataclass(frozen=True, slots=True)
class GroupLimits:
    """How many consecutive records of one type a handler may get in one call."""

    max_records: int = 10
    max_bytes: int = 16 * 1024


def remember_group_limits(broker: KafkaBroker, settings: ServiceSettings) -> None:
    """Store on the broker what a handler of several records gets, so that subscribers need no settings."""
    broker.context.set_global(_LIMITS_KEY, GroupLimits(settings.records_together))


def group_limits(broker: KafkaBroker) -> GroupLimits:
    """The limits that `make_broker` was given."""
    limits: Any = broker.context.get(_LIMITS_KEY)
    assert isinstance(limits, GroupLimits)
    return limits


@dataclass(slots=True, eq=False)
class Lane(Generic[PlaceT]):
    """The queue of one key, each record with its place. `alone` counts records to be settled one by one."""

    entries: deque[tuple[Record, PlaceT]] = field(default_factory=deque)
    alone: int = 0
    has_grown: asyncio.Event = field(default_factory=asyncio.Event)

    def append(self, record: Record, place: PlaceT) -> None:
        """Queue a record."""
        self.entries.append((record, place))
        self.has_grown.set()

    def next_group(self, limits_of: Mapping[str, GroupLimits]) -> "Group":
        """The next records to settle; they stay queued until `take`."""
        limits = limits_of.get(event_type_of(self.entries[0][0]) or "")
        if self.alone:
            self.alone -= 1
            limits = None
        return Group(self, limits)

    def take(self, group: "Group") -> list[tuple[Record, PlaceT]]:
        """Remove a settled group from the head of the queue."""
        return [self.entries.popleft() for _ in group.records]


class Group:
    """The records at the head of a lane that are settled together; without limits only the first."""

    def __init__(self, lane: Lane[PlaceT], limits: GroupLimits | None) -> None:
        self._lane = lane
        self._limits = limits
        self._size = 1

    @property
    def records(self) -> tuple[Record, ...]:
        """The records in their order, one at least."""
        return tuple(record for record, _ in islice(self._lane.entries, self._size))

    def gather(self) -> bool:
        """Add the records queued behind, as far as the limits allow; whether there were any."""
        before = self._size
        while len(self._lane.entries) > self._size and self._takes(self._lane.entries[self._size][0]):
            self._size += 1
        return self._size > before

    async def grows_within(self, seconds: float) -> bool:
        """Wait up to `seconds` for more records; False when none came or the limits allow none."""
        while not self.gather():
            if (
                self._limits is None
                or self._size >= self._limits.max_records
                or len(self._lane.entries) > self._size
            ):
                return False
            self._lane.has_grown.clear()
            try:
                async with asyncio.timeout(seconds):
                    await self._lane.has_grown.wait()
            except TimeoutError:
                return False
        return True

    def split(self) -> bool:
        """Keep only the first and settle the others one by one; False when there are no others."""
        others, self._limits, self._size = self._size - 1, None, 1
        self._lane.alone = max(self._lane.alone, others)
        return others > 0

    def _takes(self, record: Record) -> bool:
        if self._limits is None or self._size >= self._limits.max_records:
            return False
        taken = self.records
        size = sum(len(one.value or b"") for one in (*taken, record))
        return event_type_of(record) == event_type_of(taken[0]) and size <= self._limits.max_bytes


class EventGroup(Generic[EventT]):
    """The consecutive events of one key that a handler gets in one call; more may be added."""

    def __init__(
        self, event_class: type[EventT], group: Group, first: CloudEvent[EventT], sealing: Sealing
    ) -> None:
        self._event_class = event_class
        self._group = group
        self._read = [first]
        self._sealing = sealing

    @property
    def events(self) -> tuple[CloudEvent[EventT], ...]:
        """The events in their order; raises MalformedEvent or DataKeyDestroyed, which splits the group."""
        unread = self._group.records[len(self._read) :]
        self._read += [parse_as(self._event_class, self._sealing.opened(record)) for record in unread]
        return tuple(self._read)

    async def grows_within(self, seconds: float) -> bool:
        """Wait up to `seconds` for another event; True as soon as `events` has grown."""
        has_grown = await self._group.grows_within(seconds)
        if has_grown:
            await self._sealing.load(self._group.records)
        return has_grown


_current_group: ContextVar[Group | None] = ContextVar("current_group", default=None)


@contextmanager
def handling(group: Group) -> Iterator[None]:
    """Make `group` the current group of the handler that is called within."""
    token = _current_group.set(group)
    try:
        yield
    finally:
        _current_group.reset(token)


def current_group() -> Group | None:
    """The group that is being handled in this context."""
    return _current_group.get()
