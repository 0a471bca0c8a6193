import asyncio
from collections.abc import Awaitable, Callable

import pytest
from prometheus_client import REGISTRY

from chassis.errors import PermanentError, TransientError
from chassis.kafka.dead_letter import OnParked, Parked
from chassis.kafka.group import Group
from chassis.kafka.retry import RetryPolicy
from chassis.kafka.settling import Result, Settler
from contracts.cloudevent import MalformedEvent
from tests.support.records import group_of, record
from tests.support.waiting import let_run

AT_ONCE = RetryPolicy(first_delay_s=0.001, longest_delay_s=0.002)
NEVER = RetryPolicy(first_delay_s=3600.0, longest_delay_s=3600.0)


class Parking:
    """Dead letters that take every record."""

    def __init__(self) -> None:
        self.parked: list[Parked] = []

    async def park(self, parked: Parked, failure: Exception, *, interrupted: asyncio.Event) -> bool:
        self.parked.append(parked)
        return True


class Bench:
    """A settler with a handler that is chosen by the record's key."""

    def __init__(
        self,
        *,
        max_in_flight: int = 10,
        handler_timeout_s: float = 5.0,
        retry: RetryPolicy = AT_ONCE,
        on_parked: OnParked | None = None,
    ) -> None:
        self.handlers: dict[bytes, Callable[[], Awaitable[None]]] = {}
        self.begun: list[bytes] = []
        self.parking = Parking()
        self.interrupted = asyncio.Event()
        self.settler = Settler(
            self._handle,
            group_id="bench",
            max_in_flight=max_in_flight,
            handler_timeout_s=handler_timeout_s,
            retry=retry,
            dead_letters=self.parking,
            on_parked=on_parked,
            interrupted=self.interrupted,
        )

    async def _handle(self, group: Group) -> Result:
        self.begun.append(group.records[0].key)
        if group.records[0].key in self.handlers:
            await self.handlers[group.records[0].key]()
        return "done"

    async def settle(self, key: bytes) -> bool:
        return await self.settler.settle(group_of(record(key)))

    @property
    def parked(self) -> list[tuple[bytes, str, int]]:
        return [(parked.record.key, parked.reason, parked.attempts) for parked in self.parking.parked]


def failing(*failures: Exception) -> Callable[[], Awaitable[None]]:
    """A handler that fails like this, once each, and then succeeds."""
    left = list(failures)

    async def handle() -> None:
        if left:
            raise left.pop(0)

    return handle


def always(failure: Exception) -> Callable[[], Awaitable[None]]:
    """A handler that can only fail."""

    async def handle() -> None:
        raise failure

    return handle


async def forever() -> None:
    """A handler that is stuck."""
    await asyncio.Event().wait()


async def test_a_transient_failure_is_tried_again_without_end() -> None:
    bench = Bench()
    bench.handlers[b"ann"] = failing(*[TransientError("away")] * 30)

    assert await bench.settle(b"ann")

    assert len(bench.begun) == 31
    assert bench.parked == []


async def test_an_unexpected_failure_is_tried_five_times_and_parked() -> None:
    bench = Bench()
    bench.handlers[b"ann"] = always(KeyError("ours"))

    assert await bench.settle(b"ann")

    assert len(bench.begun) == 5
    assert bench.parked == [(b"ann", "KeyError", 5)]


@pytest.mark.parametrize(
    "failure",
    [PermanentError("never"), MalformedEvent("nonsense"), UnicodeDecodeError("utf-8", b"", 0, 1, "")],
)
async def test_a_hopeless_record_is_parked_at_once(failure: Exception) -> None:
    bench = Bench()
    bench.handlers[b"ann"] = always(failure)

    assert await bench.settle(b"ann")

    assert bench.parked == [(b"ann", type(failure).__name__, 1)]


async def test_a_record_that_backs_off_holds_no_slot() -> None:
    bench = Bench(max_in_flight=1, retry=NEVER)
    bench.handlers[b"ann"] = always(TransientError("away"))
    waiting = asyncio.create_task(bench.settle(b"ann"))
    await let_run()

    assert await asyncio.wait_for(bench.settle(b"bob"), 1.0)

    assert not waiting.done()
    bench.interrupted.set()
    assert not await waiting


async def test_no_more_handlers_run_at_once_than_there_are_slots() -> None:
    bench = Bench(max_in_flight=2)
    release = asyncio.Event()
    for key in (b"1", b"2", b"3"):
        bench.handlers[key] = _wait_for(release)
    tasks = [asyncio.create_task(bench.settle(key)) for key in (b"1", b"2", b"3")]
    await let_run()

    assert bench.begun == [b"1", b"2"]
    assert REGISTRY.get_sample_value("salesbot_inflight_records", {"group": "bench"}) == 2
    release.set()
    assert all(await asyncio.gather(*tasks))
    assert REGISTRY.get_sample_value("salesbot_inflight_records", {"group": "bench"}) == 0


async def test_a_stuck_handler_is_cancelled_counted_and_in_the_end_parked() -> None:
    bench = Bench(max_in_flight=1, handler_timeout_s=0.01)
    bench.handlers[b"ann"] = forever

    assert await bench.settle(b"ann")

    assert bench.parked == [(b"ann", "HandlerTimeout", 5)]


async def test_a_stuck_handler_does_not_stall_other_keys() -> None:
    bench = Bench(max_in_flight=2)
    bench.handlers[b"ann"] = forever
    stuck = asyncio.create_task(bench.settle(b"ann"))

    for _ in range(20):
        assert await asyncio.wait_for(bench.settle(b"bob"), 1.0)

    stuck.cancel()
    await asyncio.wait([stuck])


async def test_a_time_out_inside_a_handler_keeps_its_name() -> None:
    bench = Bench()
    bench.handlers[b"ann"] = always(TimeoutError("of a dependency"))

    await bench.settle(b"ann")

    assert bench.parked == [(b"ann", "TimeoutError", 5)]


async def test_a_record_that_waits_for_a_slot_is_not_begun_during_a_drain() -> None:
    bench = Bench(max_in_flight=1)
    release = asyncio.Event()
    bench.handlers[b"ann"] = _wait_for(release)
    tasks = [asyncio.create_task(bench.settle(key)) for key in (b"ann", b"bob", b"cy")]
    await let_run()

    bench.interrupted.set()
    release.set()

    assert await asyncio.gather(*tasks) == [True, False, False]
    assert bench.begun == [b"ann"]


async def test_a_back_off_ends_at_once_when_interrupted() -> None:
    bench = Bench(retry=NEVER)
    bench.handlers[b"ann"] = always(TransientError("away"))
    waiting = asyncio.create_task(bench.settle(b"ann"))
    await let_run()

    bench.interrupted.set()

    assert not await asyncio.wait_for(waiting, 1.0)
    assert len(bench.begun) == 1


async def test_a_parked_record_is_told_of_until_somebody_takes_note() -> None:
    told: list[Parked] = []

    async def take_note(parked: Parked) -> None:
        told.append(parked)
        if len(told) < 9:
            raise TransientError("not now")

    bench = Bench(on_parked=take_note)
    bench.handlers[b"ann"] = always(PermanentError("never"))

    assert await bench.settle(b"ann")

    assert len(told) == 9
    # Telling again is not parking again.
    assert bench.parked == [(b"ann", "PermanentError", 1)]


async def test_a_parked_record_that_nobody_can_read_is_done_with() -> None:
    bench = Bench(on_parked=_refuse(MalformedEvent("nonsense")))
    bench.handlers[b"ann"] = always(MalformedEvent("nonsense"))

    assert await asyncio.wait_for(bench.settle(b"ann"), 1.0)


async def test_telling_that_can_only_fail_is_given_up() -> None:
    bench = Bench(on_parked=_refuse(KeyError("ours")))
    bench.handlers[b"ann"] = always(PermanentError("never"))

    assert await asyncio.wait_for(bench.settle(b"ann"), 1.0)


async def test_telling_is_interrupted_by_a_hand_over() -> None:
    bench = Bench(on_parked=_refuse(TransientError("not now")), retry=NEVER)
    bench.handlers[b"ann"] = always(PermanentError("never"))
    telling = asyncio.create_task(bench.settle(b"ann"))
    await let_run()

    bench.interrupted.set()

    assert not await asyncio.wait_for(telling, 1.0)


def _wait_for(event: asyncio.Event) -> Callable[[], Awaitable[None]]:
    async def handle() -> None:
        await event.wait()

    return handle


def _refuse(failure: Exception) -> OnParked:
    async def refuse(_parked: Parked) -> None:
        raise failure

    return refuse
