"""Which records are settled together, and what becomes of the others when one of them is to blame."""

import asyncio

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

RULE = GroupLimits(max_records=4, max_bytes=100)


class Post:
    """Lanes and a settler, with a handler that notes what it was given and fails as it is told."""

    def __init__(self, rule: GroupLimits = RULE, *, rules: ParkingRules | None = None) -> None:
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
            limits={"letter": rule},
            partition_bound=100,
            pause=self.pause,
            resume=self.pause,
            interrupted=interrupted,
        )
        self.lanes.open([home_of(letter(0))])

    def pause(self, _partition: object) -> None:
        """No consumer."""

    async def park(self, parked: Parked, failure: Exception, *, interrupted: asyncio.Event) -> bool:
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

    async def bring(self, *records: Record) -> None:
        for one in records:
            self.lanes.admit(one)
            await let_run()

    async def end(self) -> None:
        self.may_end.set()
        await until(lambda: not self.lanes.count)


def letter(offset: int, *, kind: bytes = b"letter", value: bytes = b"{}") -> Record:
    return record(b"ann", offset=offset, value=value, headers=[("ce_type", kind)])


async def test_what_queues_up_while_one_is_handled_is_handled_together() -> None:
    post = Post()

    await post.bring(*map(letter, range(4)))
    await post.end()

    assert post.given == [(0,), (1, 2, 3)]
    assert post.lanes.uncommitted() == {home_of(letter(0)): 4}


async def test_a_group_has_a_bound_in_number_and_in_bytes() -> None:
    post = Post()

    await post.bring(
        letter(0), *map(letter, range(1, 6)), letter(6, value=b"x" * 90), letter(7, value=b"y" * 90)
    )
    await post.end()

    assert post.given == [(0,), (1, 2, 3, 4), (5, 6), (7,)]


async def test_a_record_that_the_operator_names_is_parked_out_of_its_group() -> None:
    named = NamedRecords("post", home_of(letter(2)).topic, 0, range(2, 3))
    post = Post(rules=ParkingRules(named=(named,)))

    await post.bring(*map(letter, range(4)))
    await post.end()

    assert post.parked == [2]
    assert post.given == [(0,), (1,), (3,)]


async def test_what_comes_after_a_group_that_was_taken_apart_is_handled_together_again() -> None:
    post = Post()
    post.poison = {1}

    await post.bring(*map(letter, range(7)))
    await post.end()

    assert post.given == [(0,), (1, 2, 3, 4), (1,), (2,), (3,), (4,), (5, 6)]


async def test_a_group_that_a_dependency_fails_is_tried_again_with_all_that_came_meanwhile() -> None:
    post = Post()
    post.failures = [TransientError("away")]

    await post.bring(letter(0), letter(1))
    await post.end()

    assert post.given == [(0,), (0, 1)]
    assert post.parked == []


async def test_a_handler_that_waits_is_given_what_follows() -> None:
    post = Post()
    post.waits_s = 5.0

    await post.bring(*map(letter, range(4)))
    await post.end()

    assert post.given == [(0, 1, 2, 3)]


async def test_nobody_waits_for_what_could_not_be_taken() -> None:
    post = Post()
    post.waits_s = 5.0

    await post.bring(letter(0), letter(1, kind=b"parcel"))
    await asyncio.wait_for(post.end(), 2.0)

    assert post.given == [(0,), (1,)]


async def test_waiting_ends_when_nothing_follows() -> None:
    post = Post()
    post.waits_s = 0.01

    await post.bring(letter(0))
    await post.end()

    assert post.given == [(0,)]
