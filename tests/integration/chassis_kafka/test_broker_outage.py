"""A broker that is away is waited for: no part of a subscriber dies over it, and nothing is passed over."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from chassis.kafka import staleness
from devstack.infra import Infra
from tests.integration.chassis_kafka.conftest import MakeStage
from tests.support.kafka_stage import KINDS, Reader, Stage
from tests.support.waiting import until


async def test_partitions_that_are_not_fetched_are_named(
    make_stage: MakeStage, embedded_infra: Infra, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staleness, "_STALE_AFTER_S", 2.0)
    stages = [await make_stage(partitions=2) for _ in KINDS]
    idle_until_s = time.monotonic() + 3.0

    async with reading_both(*stages) as ((keyed, _), (batch, _)):
        await until(lambda: time.monotonic() > idle_until_s or keyed.faults() or batch.faults())
        are_healthy_when_idle = not keyed.faults() and not batch.faults()
        embedded_infra.broker.send_signal(signal.SIGSTOP)
        try:
            await until(lambda: keyed.faults() and batch.faults())
            faults = keyed.faults() + batch.faults()
        finally:
            embedded_infra.broker.send_signal(signal.SIGCONT)
        await until(lambda: not keyed.faults() and not batch.faults(), within_s=60.0)

    assert are_healthy_when_idle
    assert sum("partitions have not been fetched of late" in fault for fault in faults) == 2, faults


@pytest.mark.beyond_tansu("forgets its records when it is killed")
async def test_subscribers_outlive_a_broker_that_is_killed(
    make_stage: MakeStage, embedded_infra: Infra
) -> None:
    stages = [await make_stage(partitions=2) for _ in KINDS]

    async with reading_both(*stages) as readers:
        for stage in stages:
            await stage.say(("ann", "before"))
            await stage.until_committed(1)

        embedded_infra.broker.kill()
        await asyncio.to_thread(embedded_infra.broker.start)
        await asyncio.gather(*(stage.say(("ann", "after")) for stage in stages))

        await until(lambda: all(len(handled) > 1 for _, handled in readers), within_s=60.0)
        await until(lambda: not any(subscriber.faults() for subscriber, _ in readers), within_s=60.0)

    assert [handled for _, handled in readers] == [["before", "after"]] * 2


@asynccontextmanager
async def reading_both(one: Stage, other: Stage) -> AsyncIterator[tuple[Reader, Reader]]:
    """A worker of either kind, each with topics of its own."""
    async with one.reading("keyed") as keyed, other.reading("batch") as batch:
        yield keyed, batch
