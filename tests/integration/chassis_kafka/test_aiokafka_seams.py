"""What the chassis takes for granted about aiokafka's consumer, on a real broker, one claim a test."""

import asyncio

import pytest
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition

from tests.integration.chassis_kafka.conftest import MakeStage
from tests.support.kafka_stage import Stage


@pytest.fixture
async def narrow(make_stage: MakeStage) -> Stage:
    """One topic with one partition."""
    return await make_stage(partitions=1)


def consumer_of(stage: Stage, **arguments: object) -> AIOKafkaConsumer:
    return AIOKafkaConsumer(
        bootstrap_servers=stage.settings.kafka_bootstrap_servers,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        fetch_max_wait_ms=50,
        **arguments,
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
