"""What the chassis takes for granted about aiokafka's consumer, on a real broker, one claim a test.

Which partitions have no offset is held by `test_offsets_out_of_range.py`.
"""

import asyncio

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import CorruptRecordException

from chassis.kafka.aiokafka_internals import ended_tasks, fetched_partitions
from devstack.infra import Infra
from devstack.kafka import Kafka
from tests.integration.chassis_kafka.conftest import MakeStage
from tests.support.kafka_log import Segment, flip_a_bit
from tests.support.kafka_stage import Stage


async def test_a_poll_for_one_record_that_raises_takes_nothing(make_stage: MakeStage, embedded_infra: Infra):
    """Why: `Fetching` polls so wherever a fault may be, and asks which partition it was."""
    if not isinstance(embedded_infra.broker, Kafka):
        pytest.skip("damages the log on the broker's disk")
    stage = await make_stage(partitions=2)
    damaged, whole = (TopicPartition(stage.topic, number) for number in range(2))
    for value in (b"first", b"second", b"third"):
        for home in (damaged, whole):
            await stage.put((b"key", value, []), partition=home.partition)
    Segment(embedded_infra.broker.segments, damaged).damage(1, flip_a_bit)
    seen: dict[TopicPartition, list[int]] = {damaged: [], whole: []}
    blamed: list[TopicPartition] = []
    consumer = stage.consumer()
    consumer.assign(list(seen))
    async with consumer, asyncio.timeout(10.0):
        while len(seen[whole]) < 3 or len(blamed) < 2:
            try:
                polled = await consumer.getmany(timeout_ms=200, max_records=1)
            except CorruptRecordException:
                blamed.append(fetched_partitions(consumer)[0])
                continue
            for home, records in polled.items():
                seen[home] += [record.offset for record in records]
        assert await consumer.position(damaged) == 1

    assert seen == {damaged: [0], whole: [0, 1, 2]}
    assert set(blamed) == {damaged}


@pytest.mark.parametrize("task", ["fetching", "group coordination", "metadata"])
async def test_a_task_of_the_client_that_ends_is_noticed(narrow: Stage, task: str) -> None:
    """Why: the client does not notice; without the task it waits for ever."""
    consumer = narrow.consumer(narrow.topic, group_id=narrow.group)
    await consumer.start()
    assert ended_tasks(consumer) == []

    tasks = {
        "fetching": consumer._fetcher._fetch_task,
        "group coordination": consumer._coordinator._coordination_task,
        "metadata": consumer._client._sync_task,
    }
    tasks[task].cancel()
    await asyncio.wait([tasks[task]])

    assert ended_tasks(consumer) == [task]
    if task != "group coordination":
        await consumer.stop()
    else:
        await consumer._fetcher.close()
        await consumer._client.close()
