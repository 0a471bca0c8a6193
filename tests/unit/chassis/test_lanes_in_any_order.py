"""Whatever the order in which records come, end, are interrupted and change hands."""

import asyncio
from collections import defaultdict, deque

from aiokafka import TopicPartition
from hypothesis import given
from hypothesis import strategies as st

from chassis.kafka.group import Group, GroupLimits
from chassis.kafka.lanes import Lanes
from chassis.kafka.record import Record
from tests.support.records import home_of, record
from tests.support.waiting import let_run

_TOPICS = ("turns", "proposals")
_PARTITIONS = 2
_KEYS = 5
_BOUND = 4
# Records of this topic may be settled together, of the other they may not.
_GROUPED = _TOPICS[0]
_AT_MOST = 3

_ADMIT = st.tuples(st.just("admit"), st.integers(0, _KEYS - 1), st.sampled_from(_TOPICS))
_FAIL = st.tuples(st.just("fail"), st.integers(0, 20), st.none())
_GROW = st.tuples(st.just("grow"), st.integers(0, 20), st.none())
_END = st.tuples(st.just("end"), st.integers(0, 20), st.none())
_HAND_OVER = st.tuples(st.just("hand over"), st.integers(0, 3), st.none())


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
        self.largest = 0
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
        self.largest = max(self.largest, len(group.records))

    async def produce(self, key: int, topic: str) -> None:
        home = TopicPartition(topic, key % _PARTITIONS)
        self.log[home].append(
            record(
                b"key-%d" % key,
                offset=len(self.log[home]),
                topic=topic,
                partition=home.partition,
                headers=[("ce_type", topic.encode())],
            )
        )
        await self.poll()

    async def poll(self) -> None:
        for home, records in self.log.items():
            while home not in self.paused and self.position[home] < len(records):
                one = records[self.position[home]]
                self.position[home] += 1
                self.admitted[one.key].append(one)
                self.lanes.admit(one)
        await let_run()

    def chosen(self, choice: int) -> bytes | None:
        return sorted(self.running)[choice % len(self.running)] if self.running else None

    async def end(self, choice: int) -> None:
        key = self.chosen(choice)
        if key is not None:
            self.running[key].set_result(True)
            await let_run()
            await self.poll()

    def fail(self, choice: int) -> None:
        """One of a group is to blame for something: what settles it goes on with the first alone."""
        key = self.chosen(choice)
        if key is not None:
            others = self.groups[key].records[1:]
            assert self.groups[key].split() == bool(others)
            assert len(self.groups[key].records) == 1

    def grow(self, choice: int) -> None:
        """A group takes in what came while it is handled."""
        key = self.chosen(choice)
        if key is not None:
            self.groups[key].gather()
            self._check_group(key, self.groups[key])

    async def commit(self) -> None:
        offsets = self.lanes.uncommitted()
        for home, offset in offsets.items():
            assert offset > self.committed[home], "a commit went backwards"
            lost = [below for below in range(offset) if (home, below) not in self.settled]
            assert not lost, f"a crash now would lose {lost} of {home}"
        self.committed |= offsets
        self.lanes.note_committed(offsets)

    async def hand_over(self, ending_in_time: int) -> None:
        self.interrupted.set()
        for key in sorted(self.running)[:ending_in_time]:
            self.running[key].set_result(True)
        await let_run()
        await self.lanes.drain(0.0)
        await self.commit()
        self.lanes.close()
        assert not self.running
        self.admitted.clear()
        self.paused.clear()
        self.position = dict(self.committed)
        self.interrupted.clear()
        self.lanes.open(self.log)
        await self.poll()

    def check(self) -> None:
        for home in self.log:
            assert self.position[home] - self.committed[home] <= _BOUND, "more in hand than agreed"


async def _live(actions: list[tuple[str, int, str | None]]) -> None:
    world = World()
    for action, number, topic in actions:
        if action == "admit":
            await world.produce(number, topic or "")
        elif action == "end":
            await world.end(number)
        elif action == "fail":
            world.fail(number)
        elif action == "grow":
            world.grow(number)
        else:
            await world.hand_over(number)
        await world.commit()
        world.check()
    while world.running:
        await world.end(0)
        await world.commit()

    assert world.committed == {home: len(records) for home, records in world.log.items()}
    assert (world.lanes.held, world.lanes.count, world.paused) == (0, 0, set())


@given(st.lists(_ADMIT | _ADMIT | _END | _FAIL | _GROW | _HAND_OVER, max_size=60))
def test_every_record_is_settled_in_order_and_no_commit_loses_one(
    actions: list[tuple[str, int, str | None]],
) -> None:
    asyncio.run(_live(actions))
