"""What was fetched and cannot be read holds up its own partition, and is named; nothing is lost over it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
from aiokafka import AIOKafkaProducer, TopicPartition
from prometheus_client import REGISTRY

from chassis.kafka import BatchSubscriber, KeyedSubscriber, fetching
from contracts.cloudevent import CloudEvent, Event
from devstack.infra import Infra
from devstack.kafka import Kafka
from tests.integration.chassis_kafka.conftest import MakeStage
from tests.support.kafka_log import Damage, Segment, flip_a_bit, name_no_codec
from tests.support.kafka_stage import Stage, turn
from tests.support.waiting import until

KINDS = ("keyed", "batch")
BAD = 10
FEW, MANY = 20, 60


@pytest.fixture(autouse=True)
def try_again_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "_FIRST_PAUSE_S", 0.1)
    monkeypatch.setattr(fetching, "_MAX_PAUSE_S", 0.3)


@asynccontextmanager
async def reading(
    stage: Stage, kind: str, handled: list[str]
) -> AsyncIterator[KeyedSubscriber | BatchSubscriber]:
    """A subscriber of either kind that notes what it handles."""

    async def note(event: CloudEvent[Event]) -> None:
        handled.append(event.data.message)  # type: ignore[attr-defined]

    async def note_all(events: Sequence[CloudEvent[Event]]) -> None:
        for event in events:
            await note(event)

    started = stage.keyed(note) if kind == "keyed" else stage.batch(note_all)
    async with started as subscriber:
        yield subscriber


async def fill(stage: Stage) -> None:
    """Few records in the first partition, each a batch of its own, many in the others."""
    for number in range(FEW):
        await put(stage, f"few-{number}", partition=0)
    for partition in range(1, stage.partitions):
        await asyncio.gather(
            *(put(stage, f"many-{partition}-{number}", partition=partition) for number in range(MANY))
        )


async def put(stage: Stage, message: str, *, partition: int) -> None:
    event = turn(message, message)
    headers = [(name, text.encode()) for name, text in event.headers().items()]
    await stage.put((event.key, event.value(), headers), partition=partition)


@pytest.mark.beyond_tansu("keeps its log in memory")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("damage", [flip_a_bit, name_no_codec])
async def test_what_cannot_be_read_waits_alone_and_is_named_until_it_can(
    make_stage: MakeStage, embedded_infra: Infra, kind: str, damage: Damage
) -> None:
    stage = await make_stage(partitions=4)
    await fill(stage)
    home = TopicPartition(stage.topic, 0)
    assert isinstance(embedded_infra.broker, Kafka)
    segment = Segment(embedded_infra.broker.segments, home)
    segment.damage(BAD, damage)
    others = 3 * (MANY)
    handled: list[str] = []

    async with reading(stage, kind, handled) as subscriber:
        await stage.until_committed(BAD + others)
        await until(subscriber.faults)
        (fault,) = subscriber.faults()
        for partition in range(1, 4):
            await put(stage, f"later-{partition}", partition=partition)
        await stage.until_committed(BAD + others + 3)
        unreadable = gauge(stage)
        segment.repair()
        await stage.until_committed(FEW + others + 3)
        await until(lambda: not subscriber.faults())

    assert fault.startswith(f"{stage.topic}/0 cannot be read at offset {BAD}: ")
    assert unreadable == 1
    assert gauge(stage) == 0
    assert failures(stage) > 0
    assert len(handled) == len(set(handled)) == FEW + others + 3


@pytest.mark.parametrize("kind", KINDS)
async def test_every_codec_that_kafka_knows_is_read(stage: Stage, kind: str) -> None:
    codecs = ("gzip", "snappy", "lz4", "zstd")
    for codec in codecs:
        servers = stage.settings.kafka_bootstrap_servers
        async with AIOKafkaProducer(bootstrap_servers=servers, compression_type=codec) as producer:
            for number in range(3):
                event = turn(codec, f"{codec}-{number} " + "words " * 50)
                headers = [(name, text.encode()) for name, text in event.headers().items()]
                await producer.send_and_wait(stage.topic, event.value(), key=event.key, headers=headers)
    handled: list[str] = []

    async with reading(stage, kind, handled) as subscriber:
        await stage.until_committed(12)
        assert not subscriber.faults()

    assert {message.partition("-")[0] for message in handled} == set(codecs)


def gauge(stage: Stage) -> float | None:
    return REGISTRY.get_sample_value("salesbot_kafka_unreadable_partitions", {"group": stage.group})


def failures(stage: Stage) -> float:
    return sum(
        sample.value
        for metric in REGISTRY.collect()
        if metric.name == "salesbot_kafka_fetch_failures"
        for sample in metric.samples
        if sample.name.endswith("_total") and sample.labels["group"] == stage.group
    )
