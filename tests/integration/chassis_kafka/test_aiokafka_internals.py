"""What the chassis takes for granted about aiokafka's consumer, on a real broker, one claim a test."""

import asyncio

import pytest
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import CorruptRecordException, NoOffsetForPartitionError, OffsetOutOfRangeError

from chassis.kafka.aiokafka_internals import ended_tasks, fetched_partitions, partitions_without_offset
from devstack.infra import Infra
from devstack.kafka import Kafka
from tests.integration.chassis_kafka.conftest import MakeStage
from tests.support.kafka_log import Segment, flip_a_bit
from tests.support.kafka_stage import Stage


@pytest.fixture
async def narrow(make_stage: MakeStage) -> Stage:
    """One topic with one partition."""
    return await make_stage(partitions=1)


def consumer_of(stage: Stage, **arguments: object) -> AIOKafkaConsumer:
    return AIOKafkaConsumer(
        bootstrap_servers=stage.settings.kafka_bootstrap_servers,
        enable_auto_commit=False,
        fetch_max_wait_ms=50,
        **{"auto_offset_reset": "earliest", **arguments},
    )


async def put_numbers(stage: Stage, first: int, last: int) -> None:
    await stage.put(*((b"key", b"%d" % number, []) for number in range(first, last)))


async def test_a_paused_partition_gives_nothing_though_it_was_fetched_and_loses_nothing(
    narrow: Stage,
) -> None:
    """Why: the bound of a partition is exact, and what was fetched ahead is fetched again, not skipped."""
    home = TopicPartition(narrow.topic, 0)
    await put_numbers(narrow, 0, 100)
    consumer = consumer_of(narrow)
    consumer.assign([home])
    async with consumer:
        assert [(await consumer.getone()).offset for _ in range(10)] == list(range(10))
        assert consumer._fetcher._records, "the other ninety are here already"

        consumer.pause(home)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(consumer.getone(), 0.3)
        assert await consumer.getmany(timeout_ms=100) == {}

        consumer.resume(home)
        async with asyncio.timeout(5.0):
            assert [(await consumer.getone()).offset for _ in range(90)] == list(range(10, 100))


async def test_what_is_paused_does_not_keep_another_partition_waiting(make_stage: MakeStage) -> None:
    """Why: a hot partition must not stop the others of its process."""
    stage = await make_stage(partitions=2)
    homes = [TopicPartition(stage.topic, number) for number in range(2)]
    consumer = consumer_of(stage)
    consumer.assign(homes)
    async with consumer:
        consumer.pause(homes[0])
        for number in range(2):
            await stage.put((b"key", b"value", []), partition=number)
        async with asyncio.timeout(5.0):
            assert (await consumer.getone()).partition == 1


async def test_a_poll_for_one_record_that_raises_has_taken_nothing(
    make_stage: MakeStage, embedded_infra: Infra
) -> None:
    """Why: `Fetching` polls so wherever a fault may be, and asks which partition it was."""
    if not isinstance(embedded_infra.broker, Kafka):
        pytest.skip("damages the log on the broker's disk")
    stage = await make_stage(partitions=2)
    homes = [TopicPartition(stage.topic, number) for number in range(2)]
    for number in range(2):
        for value in (b"first", b"second", b"third"):
            await stage.put((b"key", value, []), partition=number)
    Segment(embedded_infra.broker.segments, homes[0]).damage(1, flip_a_bit)
    consumer = consumer_of(stage)
    consumer.assign(homes)
    seen: dict[TopicPartition, list[int]] = {home: [] for home in homes}
    async with consumer, asyncio.timeout(10.0):
        blamed: list[TopicPartition] = []
        while len(seen[homes[1]]) < 3 or len(blamed) < 2:
            try:
                polled = await consumer.getmany(timeout_ms=200, max_records=1)
            except CorruptRecordException:
                blamed.append(fetched_partitions(consumer)[0])
                continue
            for home, records in polled.items():
                seen[home] += [record.offset for record in records]
        assert await consumer.position(homes[0]) == 1

    assert seen == {homes[0]: [0], homes[1]: [0, 1, 2]}
    assert set(blamed) == {homes[0]}


async def test_a_partition_without_a_committed_offset_waits_to_be_told_where_to_begin(
    make_stage: MakeStage,
) -> None:
    """Why: a group that lost its offsets is noticed, and all its partitions are answered at once."""
    stage = await make_stage(partitions=3)
    consumer = consumer_of(stage, group_id=stage.group, auto_offset_reset="none")
    consumer.subscribe([stage.topic])
    async with consumer:
        with pytest.raises(NoOffsetForPartitionError) as raised:
            await asyncio.wait_for(consumer.getone(), 10.0)
        found = {*raised.value.args, *partitions_without_offset(consumer)}

    assert found == {TopicPartition(stage.topic, number) for number in range(3)}


async def test_an_offset_that_is_not_there_is_named_with_its_partition(narrow: Stage) -> None:
    """Why: the jump is told with where it came from."""
    home = TopicPartition(narrow.topic, 0)
    consumer = consumer_of(narrow, auto_offset_reset="none")
    consumer.assign([home])
    async with consumer:
        consumer.seek(home, 7)
        with pytest.raises(OffsetOutOfRangeError) as raised:
            await asyncio.wait_for(consumer.getone(), 10.0)

    assert raised.value.args == ({home: 7},)


@pytest.mark.parametrize("task", ["fetching", "group coordination", "metadata"])
async def test_a_task_of_the_client_that_ends_is_noticed(narrow: Stage, task: str) -> None:
    """Why: the client does not notice; without the task it waits for ever."""
    consumer = consumer_of(narrow, group_id=narrow.group)
    consumer.subscribe([narrow.topic])
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


class Listener(ConsumerRebalanceListener):
    """Notes what it is told and what a consumer can still do then."""

    def __init__(self) -> None:
        self.consumer: AIOKafkaConsumer | None = None
        self.offset = 0
        self.told: list[str] = []

    async def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        self.told.append(f"revoked {len(revoked)}")
        for home in revoked:
            assert self.consumer is not None
            await self.consumer.commit({home: self.offset})
            self.told.append("committed")

    async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        self.told.append(f"assigned {len(assigned)}")


async def test_a_commit_is_taken_while_partitions_are_revoked(make_stage: MakeStage) -> None:
    """Why: a hand-over commits what was finished during the drain, so that the next owner begins there."""
    stage = await make_stage(partitions=1)
    await put_numbers(stage, 0, 10)
    listener = Listener()
    old = consumer_of(stage, group_id=stage.group, heartbeat_interval_ms=200)
    old.subscribe([stage.topic], listener=listener)
    listener.consumer = old
    async with old:
        assert [(await old.getone()).offset for _ in range(4)] == list(range(4))
        listener.offset = 3
        new = consumer_of(stage, group_id=stage.group)
        new.subscribe([stage.topic])
        async with new:
            first = await asyncio.wait_for(_first_of(old, new), 10.0)

    assert first == 3
    assert listener.told[:5] == ["revoked 0", "assigned 1", "revoked 1", "committed", listener.told[4]]
    assert listener.told[4].startswith("assigned")


async def _first_of(*consumers: AIOKafkaConsumer) -> int:
    """The offset of the first record that any of them is given."""
    tasks = [asyncio.create_task(consumer.getone()) for consumer in consumers]
    done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
    await asyncio.gather(*pending, return_exceptions=True)
    return int(done.pop().result().offset)


async def test_no_record_is_given_while_partitions_are_revoked(make_stage: MakeStage) -> None:
    """Why: `get_msg` needs no generation check; what it returns is of the assignment of that moment."""
    stage = await make_stage(partitions=1)
    await put_numbers(stage, 0, 50)
    is_revoking, release = asyncio.Event(), asyncio.Event()

    class Slow(ConsumerRebalanceListener):
        async def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
            if revoked:
                is_revoking.set()
                await release.wait()

        async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
            """Nothing to do."""

    old = consumer_of(stage, group_id=stage.group, heartbeat_interval_ms=200)
    old.subscribe([stage.topic], listener=Slow())
    async with old:
        await old.getone()
        new = consumer_of(stage, group_id=stage.group)
        new.subscribe([stage.topic])
        starting = asyncio.create_task(new.start())
        await asyncio.wait_for(is_revoking.wait(), 10.0)
        asking = [asyncio.create_task(old.getone()), asyncio.create_task(old.getmany(timeout_ms=0))]
        done, _ = await asyncio.wait(asking, timeout=0.3)
        release.set()
        await starting
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)
        await new.stop()

    assert not done
