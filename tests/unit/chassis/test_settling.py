"""What is tried again, what is parked, which records are settled together, and which are never begun."""

import asyncio
import itertools
import math
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from aiokafka import TopicPartition

from chassis.errors import PermanentError, TransientError, reason_for
from chassis.kafka.dead_letter import Parked
from chassis.kafka.group import Group, GroupLimits
from chassis.kafka.lanes import Lanes
from chassis.kafka.parking import Bulkhead, NamedRecords, ParkingRules
from chassis.kafka.publisher import BrokerUnavailable
from chassis.kafka.record import Record
from chassis.kafka.retry import RetryPolicy
from chassis.kafka.settling import Result, Settler
from chassis.language_model import UnusableSchema
from chassis.postgres import DatabaseUnavailable, DataRefused
from contracts.cloudevent import MalformedEvent
from tests.support.records import record
from tests.support.waiting import let_run, until

AT_ONCE = RetryPolicy(first_delay_s=0.001, longest_delay_s=0.002, most_retries_per_s=10_000.0)
NEVER = RetryPolicy(first_delay_s=3600.0, longest_delay_s=3600.0)
HOME = TopicPartition("turns", 0)
# Failures that say nothing about the record.
NOT_ITS_OWN = [
    TransientError("away"),
    KeyError("ours"),
    TimeoutError("of a dependency"),
    UnicodeDecodeError("utf-8", b"", 0, 1, "of an answer"),
    UnusableSchema("ours"),
    DatabaseUnavailable("25006"),
    BrokerUnavailable("no acknowledgement"),
]
AT_FAULT = [PermanentError("never"), DataRefused("22003"), MalformedEvent("nonsense")]
Act = Callable[..., Awaitable[None]]


class Bench:
    """Lanes and a settler; `act` may fail a try, `may_end` hold it; dead letters take every record."""

    def __init__(self, act: Act | None = None, *, waits_s=0.0, retry=AT_ONCE, named=range(0), on_parked=None):
        self.given: list[tuple[int, ...]] = []
        self.parked: list[tuple[int, str, int]] = []
        self.may_end = asyncio.Event()
        self.bulkhead = Bulkhead("bench", ParkingRules(named=(NamedRecords("bench", "turns", 0, named),)))
        self._act, self._waits_s = act, waits_s
        self.interrupted = asyncio.Event()
        self.settler = Settler(
            self._handle,
            group_id="bench",
            max_in_flight=20,
            handler_timeout_s=5.0,
            retry=retry,
            dead_letters=self,  # type: ignore[arg-type]
            on_parked=on_parked,
            interrupted=self.interrupted,
        )
        self.lanes = Lanes(
            self.settler.settle,
            limits={"letter": GroupLimits(max_records=4, max_bytes=100)},
            partition_bound=100,
            pause=lambda _partition: None,
            resume=lambda _partition: None,
            interrupted=self.interrupted,
        )
        self.lanes.open([HOME])

    async def _handle(self, group: Group) -> Result:
        while self._waits_s and await group.grows_within(self._waits_s):
            pass
        self.given.append(tuple(record.offset for record in group.records))
        await self.may_end.wait()
        if self._act:
            await self._act(self.given[-1])
        return "done"

    async def park(self, parked: Parked, failure: Exception, *, interrupted: asyncio.Event) -> bool:
        self.parked.append((parked.record.offset, parked.reason, parked.attempts))
        return True

    async def begin(self, *records: Record) -> None:
        for one in records:
            self.lanes.admit(one)
            await let_run()

    async def settle(self, *records: Record) -> None:
        """Bring the records while the first is handled, and let all end."""
        await self.begin(*records)
        self.may_end.set()
        await until(lambda: not self.lanes.count, within_s=2.0)
        assert self.lanes.uncommitted() == {HOME: len(records)}


def letter(offset: int, *, key: bytes = b"ann", kind: bytes = b"letter", value: bytes = b"{}") -> Record:
    return record(key, offset=offset, value=value, headers=[("ce_type", kind)])


def letters(count: int) -> list[Record]:
    return [letter(offset) for offset in range(count)]


def failing(failure: Exception, *, times: float = math.inf) -> Act:
    """One that fails so many times, or always."""
    tries = itertools.count(1)

    async def fail(*_given: object) -> None:
        if next(tries) <= times:
            raise failure

    return fail


async def refuse_the_second(offsets: tuple[int, ...]) -> None:
    if 1 in offsets:
        raise PermanentError("never")


@pytest.mark.parametrize("failure", NOT_ITS_OWN, ids=reason_for)
async def test_a_record_that_is_not_proven_at_fault_is_tried_again_without_end(failure: Exception) -> None:
    bench = Bench(failing(failure, times=30))

    await bench.settle(letter(0))

    assert (len(bench.given), bench.parked) == (31, [])


@pytest.mark.parametrize("failure", AT_FAULT, ids=reason_for)
async def test_a_record_at_fault_is_parked_at_once_though_nobody_can_be_told(failure: Exception) -> None:
    bench = Bench(failing(failure), on_parked=failing(failure))

    await bench.settle(letter(0))

    assert bench.parked == [(0, reason_for(failure), 1)]


async def test_telling_that_fails_for_an_unknown_reason_waits_until_the_operator_names_the_record() -> None:
    tell, never = failing(KeyError("ours")), replace(NEVER, unready_after_s=0.0)
    unnamed = Bench(failing(PermanentError("never")), on_parked=tell, retry=never)
    unnamed.may_end.set()

    await unnamed.begin(letter(0))

    assert unnamed.settler.fault() == "waits for 0 s: KeyError (1 records, the oldest turns/0/0)"
    unnamed.interrupted.set()
    await unnamed.lanes.drain(1.0)
    assert (unnamed.settler.fault(), unnamed.lanes.uncommitted()) == (None, {})
    await Bench(on_parked=tell, named=range(8)).settle(letter(0))


async def test_the_first_that_succeeds_has_all_tried_at_once_that_waited_for_the_same() -> None:
    bench = Bench(failing(DatabaseUnavailable("57P03"), times=20), retry=NEVER)
    bench.may_end.set()
    await bench.begin(*(letter(offset, key=b"%d" % offset) for offset in range(20)))
    assert bench.lanes.count == 20

    one = next(iter(bench.settler._waiting._waits))
    one.retry_now.set()

    await until(lambda: not bench.lanes.count, within_s=2.0)


@pytest.mark.parametrize(
    ("options", "records", "given", "parked"),
    [
        # A group has a bound in number, and one in bytes.
        ({}, letters(6), [(0,), (1, 2, 3, 4), (5,)], []),
        ({}, [*letters(2), *(letter(at, value=b"x" * 90) for at in (2, 3))], [(0,), (1, 2), (3,)], []),
        # What comes after a group that was taken apart is handled together again.
        ({"act": refuse_the_second}, letters(7), [(0,), (1, 2, 3, 4), (1,), (2,), (3,), (4,), (5, 6)], [1]),
        ({"named": range(2, 3)}, letters(4), [(0,), (1,), (3,)], [2]),
        ({"act": failing(TransientError("away"), times=1)}, letters(2), [(0,), (0, 1)], []),
        ({"waits_s": 5.0}, letters(4), [(0, 1, 2, 3)], []),
        # Nobody waits for what could not be taken, nor for what does not come.
        ({"waits_s": 5.0}, [letter(0), letter(1, kind=b"parcel")], [(0,), (1,)], []),
        ({"waits_s": 0.01}, letters(1), [(0,)], []),
    ],
    ids=["number", "bytes", "one at fault", "named", "away", "waits", "waits for another", "waits for none"],
)
async def test_records_of_a_key_that_queue_up_while_one_is_handled_are_settled_together_as_far_as_they_may(
    options: dict[str, Any], records: list[Record], given: list[tuple[int, ...]], parked: list[int]
) -> None:
    bench = Bench(**options)

    await bench.settle(*records)

    assert (bench.given, [offset for offset, *_ in bench.parked]) == (given, parked)
