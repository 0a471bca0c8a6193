"""A broker that is away is waited for: no part of a subscriber dies over it, and nothing is passed over."""

import asyncio
import signal
from collections.abc import Sequence

import pytest

from chassis.kafka import BatchSubscriber, KeyedSubscriber, staleness
from contracts.cloudevent import CloudEvent, Event
from devstack.infra import Infra
from tests.integration.chassis_kafka.conftest import MakeStage
from tests.support.kafka_stage import Journal, Stage
from tests.support.waiting import until


@pytest.mark.parametrize("kind", ["keyed", "batch"])
async def test_partitions_that_are_not_fetched_are_named(
    stage: Stage, embedded_infra: Infra, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(staleness, "_STALE_AFTER_S", 2.0)

    async def ignore(_handed: object) -> None:
        """Nothing to do."""

    async with stage.keyed(ignore) if kind == "keyed" else stage.batch(ignore) as subscriber:
        await stage.say(("ann", "before"))
        await stage.until_committed(1)
        is_healthy_when_idle = await stays_healthy(subscriber, 3.0)
        embedded_infra.broker.send_signal(signal.SIGSTOP)
        try:
            await until(subscriber.faults)
            faults = subscriber.faults()
        finally:
            embedded_infra.broker.send_signal(signal.SIGCONT)
        await until(lambda: not subscriber.faults(), within_s=60.0)

    assert is_healthy_when_idle
    assert any("partitions have not been fetched of late" in fault for fault in faults), faults


async def stays_healthy(subscriber: KeyedSubscriber | BatchSubscriber, seconds: float) -> bool:
    """Whether there is no fault for as long as this."""
    try:
        async with asyncio.timeout(seconds):
            await until(subscriber.faults)
    except TimeoutError:
        return True
    return False


@pytest.mark.beyond_tansu("forgets its records when it is killed")
async def test_subscribers_outlive_a_broker_that_is_killed(
    make_stage: MakeStage, embedded_infra: Infra
) -> None:
    stage = await make_stage(partitions=2)
    other = await make_stage(partitions=2)
    journal = Journal()
    handled: list[str] = []

    async def note_all(events: Sequence[CloudEvent[Event]]) -> None:
        handled.extend(event.data.message for event in events)  # type: ignore[attr-defined]

    async with stage.keyed(journal.note) as keyed, other.batch(note_all) as batch:
        await stage.say(("ann", "before"))
        await other.say(("ann", "before"))
        await stage.until_committed(1)
        await other.until_committed(1)

        embedded_infra.broker.kill()
        await asyncio.to_thread(embedded_infra.broker.start)
        await asyncio.gather(stage.say(("ann", "after")), other.say(("ann", "after")))

        await until(lambda: len(journal.ended) > 1 and len(handled) > 1, within_s=60.0)
        await until(lambda: not keyed.faults() and not batch.faults(), within_s=60.0)

    assert journal.messages("ann") == ["before", "after"]
    assert handled == ["before", "after"]
