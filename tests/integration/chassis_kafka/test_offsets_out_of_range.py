"""Offsets that say nothing, or name what is not there: the jump is safe, and is told."""

import asyncio
import time

import pytest
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, RecordsToDelete
from structlog.testing import capture_logs

from chassis.kafka import keyed_subscriber
from chassis.kafka.aiokafka_internals import refresh_topic_metadata
from chassis.running import Parts, RunningService
from contracts.registry import DEAD_LETTER_SUFFIX
from tests.integration.chassis_kafka.conftest import MakeStage, metric
from tests.support.kafka_stage import KINDS, Stage, create_topics
from tests.support.waiting import until

pytestmark = pytest.mark.beyond_tansu("answers end offsets wrongly")


async def commit(stage: Stage, offset: int) -> None:
    """Let the group have committed this offset of the only partition."""
    async with stage.consumer(group_id=stage.group) as consumer:
        consumer.assign([TopicPartition(stage.topic, 0)])
        await consumer.commit({TopicPartition(stage.topic, 0): offset})


def resets(stage: Stage, reason: str) -> float | None:
    return metric("kafka_offset_resets_total", group=stage.group, topic=stage.topic, reason=reason)


def numbered(first: int, last: int) -> list[tuple[str, str]]:
    return [("ann", str(number)) for number in range(first, last)]


async def test_what_the_topic_no_longer_keeps_is_told_and_the_rest_is_read(narrow: Stage) -> None:
    await narrow.say(*numbered(0, 20))
    await commit(narrow, 5)
    async with narrow.administrator() as admin:
        await admin.delete_records({TopicPartition(narrow.topic, 0): RecordsToDelete(before_offset=12)})
    with capture_logs() as logs:
        async with narrow.reading("keyed") as (subscriber, handled):
            await narrow.until_committed(20)
            (warning,) = subscriber.warnings()
            assert not subscriber.faults()

    assert handled == [str(number) for number in range(12, 20)]
    assert warning == f"{narrow.topic}/0: offsets 5 to 11 were deleted before they were read"
    assert resets(narrow, "expired") == 1
    (told,) = [line for line in logs if line["event"] == "offsets_out_of_range"]
    expected = {"log_level": "error", "reason": "expired", "from_offset": 5, "to_offset": 12}
    assert told.items() >= expected.items()


@pytest.mark.parametrize("kind", KINDS)
async def test_a_topic_that_ends_before_the_committed_offset_is_read_anew(narrow: Stage, kind: str) -> None:
    await narrow.say(*numbered(0, 3))
    await commit(narrow, 100)
    async with narrow.reading(kind) as (subscriber, handled):
        await narrow.until_committed(3)
        (warning,) = subscriber.warnings()
    assert handled == ["0", "1", "2"]
    assert warning.startswith(f"{narrow.topic}/0: offset 100 is beyond the end 3; the topic was made again")
    assert resets(narrow, "beyond_end") == 1


@pytest.mark.parametrize("kind", KINDS)
async def test_a_partition_that_holds_nothing_is_committed_and_so_has_no_lag(
    make_stage: MakeStage, kind: str
) -> None:
    stage = await make_stage(partitions=2)
    await stage.say(*((f"visitor-{number}", "hello") for number in range(30)))
    homes = [TopicPartition(stage.topic, partition) for partition in range(2)]
    async with stage.consumer() as consumer:
        ends = await consumer.end_offsets(homes)
    async with stage.administrator() as admin:
        await admin.delete_records({homes[0]: RecordsToDelete(before_offset=ends[homes[0]])})
    async with stage.reading(kind) as (_, handled):
        await stage.until_committed(30)
    assert len(handled) == ends[homes[1]] < 30


@pytest.mark.parametrize("is_missed", [True, False])
async def test_a_topic_that_is_deleted_is_read_anew_when_it_is_back(make_stage: MakeStage, is_missed: bool):
    stage = await make_stage(partitions=2)
    servers, faults = stage.settings.kafka_bootstrap_servers, list[str]()
    await stage.say(*numbered(0, 10))
    async with stage.reading("keyed") as (subscriber, handled), stage.administrator() as admin:
        await stage.until_committed(10)
        await admin.delete_topics([stage.topic])
        if is_missed:
            await until(subscriber.faults)
            faults = subscriber.faults()
        await create_topics(servers, stage.topic, partitions=2)
        await stage.say(*numbered(10, 13))
        await until(lambda: len(handled) == 13 and not subscriber.faults())

    assert faults == ([f"topics are missing, or not shown to us: {stage.topic}"] if is_missed else [])
    assert handled == [str(number) for number in range(13)]


async def test_a_new_group_reads_everything_and_says_how_much(stage: Stage) -> None:
    await stage.say(*((f"visitor-{number}", "hello") for number in range(30)))
    with capture_logs() as logs:
        async with stage.reading("keyed") as (subscriber, _):
            await stage.until_committed(30)
            (warning,) = subscriber.warnings()
    assert sum(line["records"] for line in logs if line["event"] == "no_offsets_committed") == 30
    assert warning.startswith(f"group {stage.group} had committed nothing in ")
    assert warning.endswith("; 30 records are read from the beginning")


async def test_topics_are_refused_until_they_are_there_with_equal_partitions(make_stage: MakeStage) -> None:
    stage = await make_stage(topics=2, partitions=2)
    narrow, wide = sorted(stage.topics)
    missing, broker = stage.topic + DEAD_LETTER_SUFFIX + ".other", stage.broker()
    subscriber = keyed_subscriber(broker, *stage.topics, missing, group_id=stage.group)
    service = RunningService("tests", stage.settings, Parts(broker))

    async def until_fault(expected: str) -> None:
        deadline = time.monotonic() + 15.0
        while (fault := (await service.faults()).get("kafka", "")) != expected:
            assert time.monotonic() < deadline, fault
            await asyncio.sleep(0.05)

    async with stage.administrator() as admin, service:
        await until_fault(f"topics are missing, or not shown to us: {missing}")
        await create_topics(stage.settings.kafka_bootstrap_servers, missing, partitions=3)
        await widen(admin, wide, 3)
        told = "partition counts differ, so that a key has no one home: {} has {}, {} has 3, {} has {}"
        await until_fault(told.format(narrow, 2, missing, wide, 3))
        was_running = subscriber.running
        await widen(admin, narrow, 3)
        await until(lambda: subscriber.running)
        await until_fault("")
        await widen(admin, wide, 4)
        # It would look by itself, but not within the patience of a test.
        refresh_topic_metadata(subscriber.consumer)
        await until_fault(told.format(narrow, 3, missing, wide, 4))

    assert not was_running


async def widen(admin: AIOKafkaAdminClient, topic: str, partitions: int) -> None:
    """Give a topic more partitions, and wait until the broker says so to everybody."""
    await admin.create_partitions({topic: NewPartitions(partitions)})
    deadline = time.monotonic() + 15.0
    while len((await admin.describe_topics([topic]))[0]["partitions"]) != partitions:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)
