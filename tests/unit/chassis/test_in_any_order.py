"""Whatever stands in records, and in whatever order they come, fail and change hands: none is passed by."""

import asyncio
from collections import Counter, defaultdict, deque
from collections.abc import Sequence
from contextlib import suppress

from aiokafka import TopicPartition
from hypothesis import given
from hypothesis import strategies as st

from chassis.errors import PermanentError, TransientError
from chassis.kafka.batch_settling import BatchSettler
from chassis.kafka.dead_letter import Parked, parse_parked
from chassis.kafka.group import Group, GroupLimits
from chassis.kafka.lanes import Lanes
from chassis.kafka.parking import Bulkhead, ParkingRules
from chassis.kafka.record import Record, parse_as, text_headers, with_text_headers
from chassis.kafka.retry import RetryPolicy
from contracts.cloudevent import CloudEvent, Event, MalformedEvent
from contracts.events import TurnReceived
from tests.support.event_records import turn_received
from tests.support.records import headers_of, home_of, record, record_of
from tests.support.waiting import let_run, until

# Records of the first topic may be settled together, of the other they may not.
_TOPICS = _GROUPED, _ = ("turns", "proposals")
_AT_MOST = 3
_PARTITIONS = 2
_KEYS = 5
_BOUND = 4
_ACTIONS = st.sampled_from(["produce", "produce", "end", "fail", "grow", "hand_over"])
# Compaction and transaction markers leave offsets out.
_STEP = 3


class World:
    """A log of co-partitioned topics, one consumer, and everything it may not do."""

    def __init__(self) -> None:
        self.log: dict[TopicPartition, list[Record]] = {
            TopicPartition(topic, partition): [] for topic in _TOPICS for partition in range(_PARTITIONS)
        }
        self.committed = dict.fromkeys(self.log, 0)
        self.position = dict.fromkeys(self.log, 0)
        self.settled: set[tuple[TopicPartition, int]] = set()
        self.running: dict[bytes, asyncio.Future[bool]] = {}
        self.groups: dict[bytes, Group] = {}
        self.admitted: dict[bytes, deque[Record]] = defaultdict(deque)
        self.paused: set[TopicPartition] = set()
        self.interrupted = asyncio.Event()
        self.lanes = Lanes(
            self._settle,
            limits={_GROUPED: GroupLimits(max_records=_AT_MOST)},
            partition_bound=_BOUND,
            pause=self.paused.add,
            resume=self.paused.remove,
            interrupted=self.interrupted,
        )
        self.lanes.open(self.log)

    async def _settle(self, group: Group) -> bool:
        if self.interrupted.is_set():
            return False
        key = group.records[0].key
        assert key not in self.running, "two groups of one key at once"
        group.gather()
        self._check_group(key, group)
        self.groups[key] = group
        end = self.running[key] = asyncio.get_running_loop().create_future()
        try:
            is_done = await end
        finally:
            del self.running[key], self.groups[key]
        if is_done:
            for record in group.records:
                assert self.admitted[key].popleft() is record, "a record overtook another of its key"
                self.settled.add((home_of(record), record.offset))
        return is_done

    def _check_group(self, key: bytes, group: Group) -> None:
        assert list(group.records) == list(self.admitted[key])[: len(group.records)], "out of order"
        assert len({record.topic for record in group.records}) == 1, "a group of two kinds"
        assert len(group.records) <= (_AT_MOST if group.records[0].topic == _GROUPED else 1)

    async def produce(self, number: int) -> None:
        key, topic = number % _KEYS, _TOPICS[number % len(_TOPICS)]
        home = TopicPartition(topic, key % _PARTITIONS)
        place = {"offset": len(self.log[home]) * _STEP, "partition": home.partition}
        headers = [("ce_type", topic.encode())]
        self.log[home].append(record(b"key-%d" % key, topic=topic, headers=headers, **place))
        await self.poll()

    async def poll(self) -> None:
        for home, records in self.log.items():
            while home not in self.paused and self.position[home] < len(records):
                one = records[self.position[home]]
                self.position[home] += 1
                self.admitted[one.key].append(one)
                self.lanes.admit(one)
        await let_run()

    def chosen(self, choice: int) -> bytes:
        return sorted(self.running)[choice % len(self.running)] if self.running else b""

    async def end(self, choice: int) -> None:
        if key := self.chosen(choice):
            self.running[key].set_result(True)
            await let_run()
            await self.poll()

    async def fail(self, choice: int) -> None:
        """One of a group is to blame for something: what settles it goes on with the first alone."""
        if key := self.chosen(choice):
            was_many = len(self.groups[key].records) > 1
            assert (self.groups[key].split(), len(self.groups[key].records)) == (was_many, 1)

    async def grow(self, choice: int) -> None:
        """A group takes in what came while it is handled."""
        if key := self.chosen(choice):
            self.groups[key].gather()
            self._check_group(key, self.groups[key])

    async def commit(self) -> None:
        offsets = self.lanes.uncommitted()
        for home, offset in offsets.items():
            assert offset > self.committed[home], "a commit went backwards"
            below = {(home, record.offset) for record in self.log[home] if record.offset < offset}
            assert below <= self.settled, f"a crash now would lose {below - self.settled}"
        self.committed |= offsets
        self.lanes.note_committed(offsets)
        for home, committed in self.committed.items():
            taken = self.log[home][: self.position[home]]
            assert sum(record.offset >= committed for record in taken) <= _BOUND, "more in hand than agreed"

    async def hand_over(self, ending_in_time: int) -> None:
        self.interrupted.set()
        for key in sorted(self.running)[: ending_in_time % 4]:
            self.running[key].set_result(True)
        await let_run()
        await self.lanes.drain(0.0)
        await self.commit()
        self.lanes.close()
        assert not self.running
        self.admitted.clear()
        self.paused.clear()
        self.position = {home: -(-offset // _STEP) for home, offset in self.committed.items()}
        self.interrupted.clear()
        self.lanes.open(self.log)
        await self.poll()


@given(st.lists(st.tuples(_ACTIONS, st.integers(0, 20)), max_size=60))
async def test_every_record_is_settled_in_order_and_no_commit_loses_one(actions: list[tuple[str, int]]):
    world = World()
    for action, number in actions:
        await getattr(world, action)(number)
        await world.commit()
    while world.running:
        await world.end(0)
        await world.commit()

    ends = {home: records[-1].offset + 1 if records else 0 for home, records in world.log.items()}
    assert (world.committed, world.lanes.held, world.lanes.count, world.paused) == (ends, 0, 0, set())


AT_ONCE = RetryPolicy(first_delay_s=0.0005, longest_delay_s=0.001, most_retries_per_s=100_000.0)
GOOD, UNREADABLE, REFUSED, UNFORESEEN, AWAY = "good", "unreadable", "refused", "unforeseen", "away"
FAILURES: dict[str, type[Exception]] = {REFUSED: PermanentError, UNFORESEEN: KeyError, AWAY: TransientError}
_KINDS = st.sampled_from([GOOD, GOOD, GOOD, UNREADABLE, REFUSED, UNFORESEEN, AWAY])
_POLLS = st.lists(st.lists(st.tuples(st.integers(0, 2), _KINDS), min_size=1, max_size=12), max_size=5)


def place_of(record: Record) -> tuple[int, int]:
    return record.partition, record.offset


class Batches:
    """A handler whose records fail as they are told, two times each where that may pass."""

    def __init__(self, limit: int) -> None:
        self.bulkhead = Bulkhead("world", ParkingRules(limit))
        self.kinds: dict[tuple[int, int], str] = {}
        self.tries: Counter[str] = Counter()
        self.handled: list[tuple[int, ...]] = []
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
        self.parked.append(place_of(parked.record))
        return True

    async def handle(self, events: Sequence[CloudEvent[Event]]) -> None:
        messages = [event.data.message for event in events if isinstance(event.data, TurnReceived)]
        for message in messages:
            kind = message.split()[0]
            self.tries[message] += 1
            if kind == REFUSED or (kind in FAILURES and self.tries[message] <= 2):
                raise FAILURES[kind]("not now")
        self.handled += [tuple(map(int, message.split()[1:])) for message in messages]

    def make(self, partition: int, kind: str) -> Record:
        offset = sum(place[0] == partition for place in self.kinds)
        self.kinds[partition, offset] = kind
        place = {"partition": partition, "offset": offset}
        if kind == UNREADABLE:
            return record(topic=TurnReceived.topic, **place)
        return record_of(turn_received(f"{kind} {partition} {offset}"), **place)

    async def poll(self, records: Sequence[Record]) -> None:
        # A paused partition brings nothing.
        await until(lambda: not self.paused & {home_of(one) for one in records})
        await self.settler.settle(records, lambda done: self.settled.extend(map(place_of, done)))

    def places(self, *kinds: str) -> list[tuple[int, int]]:
        return sorted(place for place, kind in self.kinds.items() if kind in kinds)


# With the limit at one, what may not be parked yet waits for a good record that lets one more be parked.
@given(polls=_POLLS, limit=st.sampled_from([1, 1_000]))
async def test_each_record_is_handled_in_order_or_parked_for_its_own_fault_and_none_is_passed(polls, limit):
    world = Batches(limit)

    for poll in polls:
        await world.poll([world.make(partition, kind) for partition, kind in poll])
        while limit == 1 and len(world.settled) < len(world.kinds):
            await world.poll([world.make(7, GOOD)])
            await asyncio.sleep(0.001)
    await until(lambda: len(world.settled) >= len(world.kinds))

    assert sorted(world.settled) == sorted(world.kinds)
    assert sorted(world.parked) == world.places(UNREADABLE, REFUSED)
    in_order = sorted(world.handled, key=lambda place: place[0])
    assert in_order == world.places(GOOD, UNFORESEEN, AWAY)
    await until(lambda: not world.settler.retries)
    assert world.paused == set()


TURN = turn_received("good")
HEADERS = headers_of(TURN)
ODD_NAMES = ("traceparent", "tracestate", "content-type", "correlation_id", "reply_to", "x-dlq-reason", "")

_BYTES = st.binary(max_size=20)
_VALUES = st.none() | _BYTES | st.just(TURN.value()) | st.sampled_from([b"null", b"{}", b"[" * 5000])
_NAMES = st.sampled_from([name for name, _ in HEADERS]) | st.sampled_from(ODD_NAMES) | st.text(max_size=5)
_CONTENTS = st.none() | _BYTES | st.sampled_from([content for _, content in HEADERS])
_EXTRA = st.lists(st.tuples(_NAMES, _CONTENTS), max_size=6)
_LISTS = st.sampled_from([HEADERS, [], HEADERS[:4], HEADERS * 2])


@given(key=st.none() | _BYTES, value=_VALUES, headers=_LISTS, extra=_EXTRA)
def test_a_record_is_looked_at_without_a_failure_but_the_promised_one(key, value, headers, extra) -> None:
    one = record(key, value=value, headers=[*headers, *extra])

    assert all(isinstance(text, str) for text in text_headers(one).values())
    with suppress(MalformedEvent):
        parse_as(TurnReceived, one)
    with suppress(MalformedEvent):
        parse_parked(Parked(one, "reason", 1), TurnReceived)
    with suppress(MalformedEvent):
        with_text_headers(one)
