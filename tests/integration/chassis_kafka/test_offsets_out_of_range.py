"""Offsets that say nothing, or name what is not there: the jump is safe, and is told."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, RecordsToDelete
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from chassis.kafka import keyed_subscriber
from chassis.kafka.aiokafka_internals import refresh_topic_metadata
from chassis.running import Parts, RunningService
from contracts.registry import DEAD_LETTER_SUFFIX
from tests.integration.chassis_kafka.conftest import MakeStage
from tests.support.kafka_stage import Journal, Stage, create_topics
from tests.support.waiting import until

pytestmark = pytest.mark.beyond_tansu("answers end offsets wrongly")


@asynccontextmanager
async def administrator(stage: Stage) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(bootstrap_servers=stage.settings.kafka_bootstrap_servers)
    await admin.start()
    try:
        yield admin
    finally:
        await admin.close()


async def commit(stage: Stage, offset: int) -> None:
    """Let the group have committed this offset of the only partition."""
    home = TopicPartition(stage.topic, 0)
    servers = stage.settings.kafka_bootstrap_servers
    async with AIOKafkaConsumer(
        bootstrap_servers=servers, group_id=stage.group, enable_auto_commit=False
    ) as consumer:
        consumer.assign([home])
        await consumer.commit({home: offset})


def resets(stage: Stage, reason: str) -> float | None:
    labels = {"group": stage.group, "topic": stage.topic, "reason": reason}
    return REGISTRY.get_sample_value("salesbot_kafka_offset_resets_total", labels)


def numbered(first: int, last: int) -> list[tuple[str, str]]:
    return [("ann", str(number)) for number in range(first, last)]


async def test_what_the_topic_no_longer_keeps_is_told_and_the_rest_is_read(make_stage: MakeStage) -> None:
    stage = await make_stage(partitions=1)
    await stage.say(*numbered(0, 20))
    await commit(stage, 5)
    async with administrator(stage) as admin:
        await admin.delete_records({TopicPartition(stage.topic, 0): RecordsToDelete(before_offset=12)})
    journal = Journal()

    with capture_logs() as logs:
        async with stage.keyed(journal.note) as subscriber:
            await until(lambda: len(journal.ended) == 8)
            await stage.until_committed(20)
            warnings, is_healthy = subscriber.warnings(), not subscriber.faults()

    assert journal.messages("ann") == [str(number) for number in range(12, 20)]
    assert warnings == [f"{stage.topic}/0: offsets 5 to 11 were deleted before they were read"]
    assert is_healthy
    assert resets(stage, "expired") == 1
    (told,) = [line for line in logs if line["event"] == "offsets_out_of_range"]
    assert told["log_level"] == "error"
    assert (told["reason"], told["from_offset"], told["to_offset"]) == ("expired", 5, 12)


@pytest.mark.parametrize("kind", ["keyed", "batch"])
async def test_a_topic_that_ends_before_the_committed_offset_is_read_from_its_beginning(
    make_stage: MakeStage, kind: str
) -> None:
    stage = await make_stage(partitions=1)
    await stage.say(*numbered(0, 3))
    await commit(stage, 100)
    handled: list[str] = []

    async def note(event: object) -> None:
        handled.append(event.data.message)  # type: ignore[attr-defined]

    async def note_all(events: object) -> None:
        for event in events:  # type: ignore[attr-defined]
            await note(event)

    async with stage.keyed(note) if kind == "keyed" else stage.batch(note_all) as subscriber:
        await stage.until_committed(3)
        (warning,) = subscriber.warnings()

    assert handled == ["0", "1", "2"]
    assert warning.startswith(f"{stage.topic}/0: offset 100 is beyond the end 3; the topic was made again")
    assert resets(stage, "beyond_end") == 1


async def test_a_topic_that_is_deleted_is_missed_and_read_again_when_it_is_back(
    make_stage: MakeStage,
) -> None:
    stage = await make_stage(partitions=2)
    await stage.say(*numbered(0, 10))
    journal = Journal()

    async with stage.keyed(journal.note) as subscriber, administrator(stage) as admin:
        await stage.until_committed(10)
        await admin.delete_topics([stage.topic])
        await until(subscriber.faults)
        faults = subscriber.faults()
        await create_topics(stage.settings.kafka_bootstrap_servers, stage.topic, partitions=2)
        await stage.say(*numbered(10, 13))
        await until(lambda: len(journal.ended) == 13)
        await until(lambda: not subscriber.faults())

    assert faults == [f"topics are missing: {stage.topic}"]
    assert journal.messages("ann") == [str(number) for number in range(13)]


async def test_a_topic_that_is_made_again_at_once_is_read_from_its_beginning(make_stage: MakeStage) -> None:
    stage = await make_stage(partitions=1)
    await stage.say(*numbered(0, 10))
    journal = Journal()

    async with stage.keyed(journal.note), administrator(stage) as admin:
        await stage.until_committed(10)
        await admin.delete_topics([stage.topic])
        await create_topics(stage.settings.kafka_bootstrap_servers, stage.topic, partitions=1)
        await stage.say(*numbered(10, 13))
        await until(lambda: len(journal.ended) == 13)

    assert journal.messages("ann") == [str(number) for number in range(13)]


async def test_a_new_group_reads_everything_and_says_how_much(make_stage: MakeStage) -> None:
    stage = await make_stage(partitions=6)
    await stage.say(*((f"visitor-{number}", "hello") for number in range(30)))
    journal = Journal()

    with capture_logs() as logs:
        async with stage.keyed(journal.note) as subscriber:
            await stage.until_committed(30)
            warnings = subscriber.warnings()

    assert sum(line["records"] for line in logs if line["event"] == "no_offsets_committed") == 30
    (warning,) = warnings
    assert warning.startswith(f"group {stage.group} had committed nothing in ")
    assert warning.endswith("; 30 records are read from the beginning")


async def test_topics_whose_partition_counts_differ_are_refused_until_they_do_not(
    make_stage: MakeStage,
) -> None:
    stage = await make_stage(topics=2, partitions=2)
    narrow, wide = sorted(stage.topics)
    async with administrator(stage) as admin:
        await widen(admin, wide, 3)
        broker = stage.broker()
        subscriber = keyed_subscriber(broker, *stage.topics, group_id=stage.group)
        service = RunningService("tests", stage.settings, Parts(broker))
        with capture_logs() as logs:
            async with service:
                await until(lambda: "topics_unfit" in [line["event"] for line in logs])
                refused = await service.faults()
                was_running = subscriber.running
                await widen(admin, narrow, 3)
                await until(lambda: subscriber.running)
                await until_ready(service)
                await widen(admin, wide, 4)
                # It would look by itself, but not within the patience of a test.
                refresh_topic_metadata(subscriber.consumer)
                await until(subscriber.faults)
                noticed = await service.faults()

    reason = "partition counts differ, so that a key has no one home: "
    assert refused["kafka"] == f"{reason}{narrow} has 2, {wide} has 3"
    assert not was_running
    assert noticed["kafka"] == f"{reason}{narrow} has 3, {wide} has 4"


async def test_a_missing_topic_is_named_and_awaited(make_stage: MakeStage) -> None:
    stage = await make_stage(partitions=2)
    missing = stage.topic + DEAD_LETTER_SUFFIX + ".other"
    broker = stage.broker()
    keyed_subscriber(broker, stage.topic, missing, group_id=stage.group)
    service = RunningService("tests", stage.settings, Parts(broker))

    with capture_logs() as logs:
        async with service:
            await until(lambda: "topics_unfit" in [line["event"] for line in logs])
            refused = await service.faults()
            await create_topics(stage.settings.kafka_bootstrap_servers, missing, partitions=2)
            await until_ready(service)

    assert refused["kafka"] == f"topics are missing: {missing}"


async def widen(admin: AIOKafkaAdminClient, topic: str, partitions: int) -> None:
    """Give a topic more partitions, and wait until the broker says so to everybody."""
    await admin.create_partitions({topic: NewPartitions(partitions)})
    deadline = time.monotonic() + 15.0
    while len((await admin.describe_topics([topic]))[0]["partitions"]) != partitions:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)


async def until_ready(service: RunningService) -> None:
    deadline = time.monotonic() + 15.0
    while faults := await service.faults():
        assert time.monotonic() < deadline, faults
        await asyncio.sleep(0.05)
