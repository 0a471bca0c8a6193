import asyncio
import itertools
import math
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from prometheus_client import REGISTRY

from chassis.errors import PermanentError, TransientError, reason_for
from chassis.kafka.dead_letter import Parked
from chassis.kafka.group import Group
from chassis.kafka.parking import Bulkhead, NamedRecords, ParkingRules
from chassis.kafka.publisher import BrokerUnavailable
from chassis.kafka.retry import RetryPolicy
from chassis.kafka.settling import Result, Settler
from chassis.language_model import UnusableSchema
from chassis.postgres import DatabaseUnavailable, DataRefused
from contracts.cloudevent import MalformedEvent
from tests.support.records import group_of, record
from tests.support.waiting import let_run

AT_ONCE = RetryPolicy(first_delay_s=0.001, longest_delay_s=0.002, most_retries_per_s=10_000.0)
NEVER = RetryPolicy(first_delay_s=3600.0, longest_delay_s=3600.0)
# Failures that say nothing about the record.
NOT_ITS_OWN = [
    TransientError("away"),
    KeyError("ours"),
    TypeError("ours"),
    TimeoutError("of a dependency"),
    ZeroDivisionError("ours"),
    UnicodeDecodeError("utf-8", b"", 0, 1, "of an answer"),
    UnusableSchema("ours"),
    DatabaseUnavailable("25006"),
    BrokerUnavailable("no acknowledgement"),
]
AT_FAULT = [PermanentError("never"), DataRefused("22003"), MalformedEvent("nonsense")]
FIRST = NamedRecords("bench", "turns", 0, range(0, 8))


class Bench:
    """A settler whose handler is chosen by the record's key, and whose dead letters take every record."""

    def __init__(self, *, retry: RetryPolicy = AT_ONCE, **options: Any) -> None:
        self.handlers: dict[bytes, Callable[[], Awaitable[object]]] = {}
        self.begun: list[bytes] = []
        self.parked: list[tuple[bytes, str, int]] = []
        self.bulkhead = Bulkhead("bench", options.pop("rules", ParkingRules()))
        self.interrupted = asyncio.Event()
        given: dict[str, Any] = {"max_in_flight": 10, "on_parked": None} | options
        self.settler = Settler(
            self._handle,
            group_id="bench",
            handler_timeout_s=5.0,
            retry=retry,
            dead_letters=self,
            interrupted=self.interrupted,
            **given,
        )

    async def _handle(self, group: Group) -> Result:
        self.begun.append(group.records[0].key)
        if group.records[0].key in self.handlers:
            await self.handlers[group.records[0].key]()
        return "done"

    async def park(self, parked: Parked, failure: Exception, *, interrupted: asyncio.Event) -> bool:
        self.parked.append((parked.record.key, parked.reason, parked.attempts))
        return True

    async def settle(self, key: bytes) -> bool:
        return await self.settler.settle(group_of(record(key)))


def failing(failure: Exception, *, times: float = math.inf) -> Callable[..., Awaitable[None]]:
    """One that fails so many times, or always."""
    tries = itertools.count(1)

    async def fail(*_given: object) -> None:
        if next(tries) <= times:
            raise failure

    return fail


@pytest.mark.parametrize("failure", NOT_ITS_OWN, ids=reason_for)
async def test_a_record_that_is_not_proven_at_fault_is_tried_again_without_end(failure: Exception) -> None:
    bench = Bench()
    bench.handlers[b"ann"] = failing(failure, times=30)

    assert await bench.settle(b"ann")

    assert (len(bench.begun), bench.parked) == (31, [])


@pytest.mark.parametrize("failure", AT_FAULT, ids=reason_for)
async def test_a_record_at_fault_itself_is_parked_at_once_though_nobody_can_be_told(
    failure: Exception,
) -> None:
    bench = Bench(on_parked=failing(failure))
    bench.handlers[b"ann"] = failing(failure)

    assert await asyncio.wait_for(bench.settle(b"ann"), 1.0)

    assert bench.parked == [(b"ann", reason_for(failure), 1)]


async def test_a_record_that_waits_for_a_slot_is_not_begun_during_a_drain() -> None:
    bench = Bench(max_in_flight=1)
    release = asyncio.Event()
    bench.handlers[b"ann"] = release.wait
    tasks = [asyncio.create_task(bench.settle(key)) for key in (b"ann", b"bob", b"cy")]
    await let_run()

    bench.interrupted.set()
    release.set()

    assert await asyncio.gather(*tasks) == [True, False, False]
    assert bench.begun == [b"ann"]


async def test_telling_that_fails_for_an_unknown_reason_waits_until_the_operator_names_the_record() -> None:
    unnamed = Bench(on_parked=failing(KeyError("ours")), retry=NEVER)
    unnamed.handlers[b"ann"] = failing(PermanentError("never"))
    named = Bench(on_parked=failing(KeyError("ours")), rules=ParkingRules(named=(FIRST,)))

    waiting = asyncio.create_task(unnamed.settle(b"ann"))
    await let_run()

    assert not waiting.done()
    assert await asyncio.wait_for(named.settle(b"ann"), 1.0)
    unnamed.interrupted.set()
    assert not await asyncio.wait_for(waiting, 1.0)


async def test_the_first_that_succeeds_has_all_tried_at_once_that_waited_for_the_same() -> None:
    bench = Bench(retry=NEVER)
    keys = [b"%d" % number for number in range(20)]
    for key in keys:
        bench.handlers[key] = failing(DatabaseUnavailable("57P03"), times=1)
    tasks = [asyncio.create_task(bench.settle(key)) for key in keys]
    await let_run()
    assert not any(task.done() for task in tasks)

    one = next(iter(bench.settler._waiting._waits))
    one.retry_now.set()

    assert all(await asyncio.wait_for(asyncio.gather(*tasks), 2.0))


async def test_what_waits_long_is_a_fault_that_names_the_reason_and_the_oldest_record() -> None:
    bench = Bench(retry=replace(NEVER, unready_after_s=0.0))
    bench.handlers[b"ann"] = failing(DatabaseUnavailable("25006"))
    waiting = asyncio.create_task(bench.settle(b"ann"))
    await let_run()

    fault = bench.settler.fault()
    bench.settler.update_gauges()

    labels = {"group": "bench", "reason": "DatabaseUnavailable 25006"}
    assert fault == "waits for 0 s: DatabaseUnavailable 25006 (1 records, the oldest turns/0/0)"
    assert REGISTRY.get_sample_value("salesbot_waiting_records", labels) == 1
    bench.interrupted.set()
    await waiting
    bench.settler.update_gauges()
    assert bench.settler.fault() is None
    assert REGISTRY.get_sample_value("salesbot_waiting_records", labels) == 0
