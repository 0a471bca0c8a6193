"""A broker that is away is waited for; what cannot be read holds up its partition; nothing is lost."""

import asyncio
import signal
import time
from functools import partial
from typing import Any

import pytest
from aiokafka import TopicPartition

from chassis import metrics
from chassis.kafka import fetching, staleness
from devstack.infra import Infra
from tests.integration.chassis_kafka.conftest import MakeStage, metric
from tests.support.kafka_log import Segment, flip_a_bit, name_no_codec
from tests.support.kafka_stage import KINDS
from tests.support.waiting import until

BAD, FEW, MANY = 10, 20, 60


@pytest.mark.parametrize("kind", KINDS)
async def test_partitions_that_are_not_fetched_are_named(
    make_stage: MakeStage, embedded_infra: Infra, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(staleness, "_STALE_AFTER_S", 2.0)
    stage = await make_stage(partitions=2)
    idle_until_s = time.monotonic() + 3.0
    async with stage.reading(kind) as (subscriber, _):
        await until(lambda: time.monotonic() > idle_until_s or subscriber.faults())
        when_idle = subscriber.faults()
        embedded_infra.broker.send_signal(signal.SIGSTOP)
        try:
            await until(subscriber.faults)
            faults = subscriber.faults()
        finally:
            embedded_infra.broker.send_signal(signal.SIGCONT)
        await until(lambda: not subscriber.faults(), within_s=60.0)

    assert when_idle == []
    assert any("partitions have not been fetched of late" in fault for fault in faults), faults


@pytest.mark.beyond_tansu("forgets its records when it is killed")
async def test_subscribers_outlive_a_killed_broker(make_stage: MakeStage, embedded_infra: Infra) -> None:
    one, other = stages = [await make_stage(partitions=2) for _ in KINDS]
    async with one.reading("keyed") as keyed, other.reading("batch") as batch:
        for stage in stages:
            await stage.say(("ann", "before"))
            await stage.until_committed(1)

        embedded_infra.broker.kill()
        await asyncio.to_thread(embedded_infra.broker.start)
        await asyncio.gather(*(stage.say(("ann", "after")) for stage in stages))

        await until(lambda: all(len(handled) > 1 for _, handled in (keyed, batch)), within_s=60.0)
        await until(lambda: not keyed[0].faults() and not batch[0].faults(), within_s=60.0)
    assert keyed[1] == batch[1] == ["before", "after"]


@pytest.mark.beyond_tansu("keeps its log in memory")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("damage", [flip_a_bit, name_no_codec])
async def test_what_cannot_be_read_waits_alone_and_is_named_until_it_can(
    make_stage: MakeStage, embedded_infra: Infra, monkeypatch: pytest.MonkeyPatch, *, kind: str, damage: Any
) -> None:
    monkeypatch.setattr(fetching, "_FIRST_PAUSE_S", 0.1)
    monkeypatch.setattr(fetching, "_MAX_PAUSE_S", 0.3)
    stage = await make_stage(partitions=4)
    for number in range(FEW):  # Each is a batch of its own.
        await stage.say(("few", f"few-{number}"), partition=0)
    for partition in range(1, 4):
        await stage.say(*(("many", f"{partition}-{number}") for number in range(MANY)), partition=partition)
    segment = Segment(embedded_infra.broker.segments, TopicPartition(stage.topic, 0))
    segment.damage(BAD, damage)
    others = 3 * MANY
    unreadable = partial(metric, "kafka_unreadable_partitions", group=stage.group)
    async with stage.reading(kind) as (subscriber, handled):
        await stage.until_committed(BAD + others)
        await until(subscriber.faults)
        (fault,) = subscriber.faults()
        for partition in range(1, 4):
            await stage.say(("later", f"later-{partition}"), partition=partition)
        await stage.until_committed(BAD + others + 3)
        assert unreadable() == 1
        segment.repair()
        await stage.until_committed(FEW + others + 3)
        await until(lambda: not subscriber.faults())

    assert fault.startswith(f"{stage.topic}/0 cannot be read at offset {BAD}: ")
    assert unreadable() == 0
    samples = (sample for metric in metrics.FETCH_FAILURES.collect() for sample in metric.samples)
    assert sum(each.value for each in samples if each.labels.get("group") == stage.group) > 0
    assert len(handled) == len(set(handled)) == FEW + others + 3
