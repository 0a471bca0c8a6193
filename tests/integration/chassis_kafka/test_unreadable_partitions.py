"""What was fetched and cannot be read holds up its own partition, and is named; nothing is lost over it."""

from dataclasses import replace

import pytest
from aiokafka import AIOKafkaProducer, TopicPartition
from prometheus_client import REGISTRY

from chassis import metrics
from chassis.kafka import fetching
from devstack.infra import Infra
from devstack.kafka import Kafka
from tests.integration.chassis_kafka.conftest import MakeStage
from tests.support.kafka_log import Damage, Segment, flip_a_bit, name_no_codec
from tests.support.kafka_stage import KINDS, Stage
from tests.support.waiting import until

BAD = 10
FEW, MANY = 20, 60


@pytest.fixture(autouse=True)
def try_again_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "_FIRST_PAUSE_S", 0.1)
    monkeypatch.setattr(fetching, "_MAX_PAUSE_S", 0.3)


@pytest.mark.beyond_tansu("keeps its log in memory")
@pytest.mark.parametrize(
    ("kind", "damage"),
    [("keyed", flip_a_bit), ("batch", flip_a_bit), ("keyed", name_no_codec), ("batch", name_no_codec)],
)
async def test_what_cannot_be_read_waits_alone_and_is_named_until_it_can(
    make_stage: MakeStage, embedded_infra: Infra, kind: str, damage: Damage
) -> None:
    stage = await make_stage(partitions=4)
    for number in range(FEW):
        # Each is a batch of its own.
        await stage.say(("few", f"few-{number}"), partition=0)
    for partition in range(1, 4):
        await stage.say(*(("many", f"{partition}-{number}") for number in range(MANY)), partition=partition)
    assert isinstance(embedded_infra.broker, Kafka)
    segment = Segment(embedded_infra.broker.segments, TopicPartition(stage.topic, 0))
    segment.damage(BAD, damage)
    others = 3 * MANY

    def gauge() -> float | None:
        return REGISTRY.get_sample_value("salesbot_kafka_unreadable_partitions", {"group": stage.group})

    async with stage.reading(kind) as (subscriber, handled):
        await stage.until_committed(BAD + others)
        await until(subscriber.faults)
        (fault,) = subscriber.faults()
        for partition in range(1, 4):
            await stage.say(("later", f"later-{partition}"), partition=partition)
        await stage.until_committed(BAD + others + 3)
        unreadable = gauge()
        segment.repair()
        await stage.until_committed(FEW + others + 3)
        await until(lambda: not subscriber.faults())

    assert fault.startswith(f"{stage.topic}/0 cannot be read at offset {BAD}: ")
    assert (unreadable, gauge()) == (1, 0)
    assert fetch_failures(stage) > 0
    assert len(handled) == len(set(handled)) == FEW + others + 3


def fetch_failures(stage: Stage) -> float:
    samples = (sample for metric in metrics.FETCH_FAILURES.collect() for sample in metric.samples)
    return sum(each.value for each in samples if each.labels.get("group") == stage.group)


@pytest.mark.parametrize("kind", KINDS)
async def test_every_codec_that_kafka_knows_is_read(stage: Stage, kind: str) -> None:
    codecs = ("gzip", "snappy", "lz4", "zstd")
    servers = stage.settings.kafka_bootstrap_servers
    for codec in codecs:
        async with AIOKafkaProducer(bootstrap_servers=servers, compression_type=codec) as producer:
            said = ((codec, f"{codec}-{number} " + "words " * 50) for number in range(3))
            await replace(stage, producer=producer).say(*said)

    async with stage.reading(kind) as (subscriber, handled):
        await stage.until_committed(12)
        assert not subscriber.faults()

    assert {message.partition("-")[0] for message in handled} == set(codecs)
