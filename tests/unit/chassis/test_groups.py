"""Which records are settled together, and what becomes of the others when one of them is to blame."""

import asyncio

import pytest

from chassis.errors import PermanentError, TransientError
from chassis.kafka.dead_letter import Parked
from chassis.kafka.group import Group, GroupLimits
from chassis.kafka.lanes import Lanes
from chassis.kafka.parking import Bulkhead, NamedRecords, ParkingRules
from chassis.kafka.record import Record
from chassis.kafka.retry import RetryPolicy
from chassis.kafka.settling import Result, Settler
from tests.support.records import home_of, record
from tests.support.waiting import let_run, until


class Post:
    """Lanes and a settler, with a handler that notes what it was given and fails as it is told."""

    def __init__(self, rules: ParkingRules | None = None) -> None:
        self.given: list[tuple[int, ...]] = []
        self.parked: list[int] = []
        self.poison: set[int] = set()
        self.failures: list[Exception] = []
        self.may_end = asyncio.Event()
        self.waits_s = 0.0
        self.bulkhead = Bulkhead("post", rules or ParkingRules())
        interrupted = asyncio.Event()
        settler = Settler(
            self._handle,
            group_id="post",
            max_in_flight=9,
            handler_timeout_s=5.0,
            retry=RetryPolicy(first_delay_s=0.001, longest_delay_s=0.002),
            dead_letters=self,
            on_parked=None,
            interrupted=interrupted,
        )
        self.lanes = Lanes(
            settler.settle,
            limits={"letter": GroupLimits(max_records=4, max_bytes=100)},
            partition_bound=100,
            pause=lambda _partition: None,
            resume=lambda _partition: None,
            interrupted=interrupted,
        )
        self.lanes.open([home_of(letter(0))])

    async def park(self, parked: Parked, *_: object, **__: object) -> bool:
        self.parked.append(parked.record.offset)
        return True

    async def _handle(self, group: Group) -> Result:
        if self.waits_s:
            while await group.grows_within(self.waits_s):
                pass
        self.given.append(tuple(record.offset for record in group.records))
        await self.may_end.wait()
        if self.failures:
            raise self.failures.pop(0)
        if self.poison & {record.offset for record in group.records}:
            raise PermanentError("never")
        return "done"

    async def handle(self, *records: Record) -> list[tuple[int, ...]]:
        """Bring the records while the first is handled, let all end, and return what was handled together."""
        for one in records:
            self.lanes.admit(one)
            await let_run()
        self.may_end.set()
        await until(lambda: not self.lanes.count, within_s=2.0)
        assert self.lanes.uncommitted() == {home_of(records[0]): len(records)}
        return self.given


def letter(offset: int, *, kind: bytes = b"letter", value: bytes = b"{}") -> Record:
    return record(b"ann", offset=offset, value=value, headers=[("ce_type", kind)])


def letters(count: int) -> list[Record]:
    return [letter(offset) for offset in range(count)]


@pytest.mark.parametrize(
    ("poison", "records", "given"),
    [
        (set(), letters(4), [(0,), (1, 2, 3)]),
        # A group has a bound in number, and one in bytes.
        (set(), letters(6), [(0,), (1, 2, 3, 4), (5,)]),
        (
            set(),
            [letter(0), letter(1), letter(2, value=b"x" * 90), letter(3, value=b"y" * 90)],
            [(0,), (1, 2), (3,)],
        ),
        # What comes after a group that was taken apart is handled together again.
        ({1}, letters(7), [(0,), (1, 2, 3, 4), (1,), (2,), (3,), (4,), (5, 6)]),
    ],
    ids=["together", "number", "bytes", "apart"],
)
async def test_what_queues_up_while_one_is_handled_is_handled_together_within_bounds(
    poison: set[int], records: list[Record], given: list[tuple[int, ...]]
) -> None:
    post = Post()
    post.poison = poison

    assert await post.handle(*records) == given


async def test_a_record_that_the_operator_names_is_parked_out_of_its_group() -> None:
    named = NamedRecords("post", home_of(letter(2)).topic, 0, range(2, 3))
    post = Post(ParkingRules(named=(named,)))

    assert await post.handle(*letters(4)) == [(0,), (1,), (3,)]
    assert post.parked == [2]


async def test_a_group_that_a_dependency_fails_is_tried_again_with_all_that_came_meanwhile() -> None:
    post = Post()
    post.failures = [TransientError("away")]

    assert await post.handle(*letters(2)) == [(0,), (0, 1)]
    assert post.parked == []


@pytest.mark.parametrize(
    ("waits_s", "records", "given"),
    [
        (5.0, letters(4), [(0, 1, 2, 3)]),
        # Nobody waits for what could not be taken, nor for what does not come.
        (5.0, [letter(0), letter(1, kind=b"parcel")], [(0,), (1,)]),
        (0.01, letters(1), [(0,)]),
    ],
    ids=["follows", "other kind", "nothing"],
)
async def test_a_handler_that_waits_is_given_what_follows(
    waits_s: float, records: list[Record], given: list[tuple[int, ...]]
) -> None:
    post = Post()
    post.waits_s = waits_s

    assert await post.handle(*records) == given
