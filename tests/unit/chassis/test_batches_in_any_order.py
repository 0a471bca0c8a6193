"""Whatever fails in a batch, and how often: each record ends as it should, and none is passed by."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Sequence

from aiokafka import TopicPartition
from hypothesis import given
from hypothesis import strategies as st

from chassis.errors import PermanentError, TransientError
from chassis.kafka.batch_settling import BatchSettler
from chassis.kafka.dead_letter import Parked
from chassis.kafka.parking import Bulkhead, ParkingRules
from chassis.kafka.record import Record
from chassis.kafka.retry import RetryPolicy
from contracts.cloudevent import CloudEvent, Event
from contracts.events import TurnReceived
from tests.support.event_records import turn_received
from tests.support.records import home_of, record, record_of
from tests.support.waiting import until

AT_ONCE = RetryPolicy(first_delay_s=0.0005, longest_delay_s=0.001, most_retries_per_s=100_000.0)
GOOD, UNREADABLE, REFUSED, UNFORESEEN, AWAY = "good", "unreadable", "refused", "unforeseen", "away"
FAILURES: dict[str, type[Exception]] = {REFUSED: PermanentError, UNFORESEEN: KeyError, AWAY: TransientError}
_POLLS = st.lists(
    st.lists(
        st.tuples(
            st.integers(0, 2), st.sampled_from([GOOD, GOOD, GOOD, UNREADABLE, REFUSED, UNFORESEEN, AWAY])
        ),
        min_size=1,
        max_size=12,
    ),
    max_size=5,
)


class World:
    """A handler whose records fail as they are told, two times each where that may pass."""

    def __init__(self, limit: int) -> None:
        self.bulkhead = Bulkhead("world", ParkingRules(limit))
        self.kinds: dict[tuple[int, int], str] = {}
        self.tries: Counter[str] = Counter()
        self.handled: dict[int, list[int]] = defaultdict(list)
        self.parked: list[tuple[int, int]] = []
        self.settled: list[tuple[int, int]] = []
        self.paused: set[TopicPartition] = set()
        self.settler = BatchSettler(
            self.handle,
            group_id="world",
            handler_timeout_s=5.0,
            retry=AT_ONCE,
            dead_letters=self,  # type: ignore[arg-type]  # takes every record
            interrupted=asyncio.Event(),
            pause=self.paused.add,
            resume=self.paused.discard,
        )

    async def park(self, parked: Parked, failure: Exception, *, interrupted: asyncio.Event) -> bool:
        self.parked.append((parked.record.partition, parked.record.offset))
        return True

    async def handle(self, events: Sequence[CloudEvent[Event]]) -> None:
        messages = [event.data.message for event in events if isinstance(event.data, TurnReceived)]
        for message in messages:
            kind = message.split()[0]
            if kind == REFUSED:
                raise FAILURES[kind]("not now")
            if kind in FAILURES and self.tries[message] < 2:
                self.tries[message] += 1
                raise FAILURES[kind]("not now")
        for message in messages:
            _, partition, offset = message.split()
            self.handled[int(partition)].append(int(offset))

    def make(self, partition: int, kind: str) -> Record:
        offset = sum(place[0] == partition for place in self.kinds)
        self.kinds[partition, offset] = kind
        if kind == UNREADABLE:
            return record(topic=TurnReceived.topic, partition=partition, offset=offset)
        event = turn_received(f"{kind} {partition} {offset}")
        return record_of(event, partition=partition, offset=offset)

    async def poll(self, records: Sequence[Record]) -> None:
        # A paused partition brings nothing.
        await until(lambda: not self.paused & {home_of(one) for one in records})
        await self.settler.settle(records, self.note)

    def note(self, records: Sequence[Record]) -> None:
        self.settled += [(one.partition, one.offset) for one in records]

    def places(self, *kinds: str) -> list[tuple[int, int]]:
        return sorted(place for place, kind in self.kinds.items() if kind in kinds)


@given(polls=_POLLS)
async def test_each_record_is_handled_in_order_or_parked_for_its_own_fault(
    polls: list[list[tuple[int, str]]],
) -> None:
    world = World(limit=1_000)

    for poll in polls:
        await world.poll([world.make(partition, kind) for partition, kind in poll])
    await until(lambda: len(world.settled) >= len(world.kinds))

    assert sorted(world.settled) == sorted(world.kinds)
    assert sorted(world.parked) == world.places(UNREADABLE, REFUSED)
    for partition, offsets in world.handled.items():
        assert offsets == [
            offset for home, offset in world.places(GOOD, UNFORESEEN, AWAY) if home == partition
        ]
    await until(lambda: not world.settler.retries)
    assert world.paused == set()


@given(polls=_POLLS)
async def test_what_may_not_be_parked_yet_is_never_passed_by(polls: list[list[tuple[int, str]]]) -> None:
    world = World(limit=1)

    for poll in polls:
        await world.poll([world.make(partition, kind) for partition, kind in poll])
        # A good record lets one more be parked.
        while len(world.settled) < len(world.kinds):
            await world.poll([world.make(7, GOOD)])
            await asyncio.sleep(0.001)

    assert sorted(world.settled) == sorted(world.kinds)
    assert sorted(world.parked) == world.places(UNREADABLE, REFUSED)
