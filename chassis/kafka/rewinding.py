"""Setting a group back to a time, so that it reads again what came since: after a backup was restored."""

from collections.abc import Collection
from datetime import datetime

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from chassis.errors import TransientError, reason_for
from chassis.kafka.cluster import KafkaCluster

_MS = 1000


class NotRewound(TransientError):
    """A group stays where it was: its processes still run, or the broker refuses."""


async def rewind_group(cluster: KafkaCluster, group_id: str, topics: Collection[str], to: datetime) -> int:
    """Let a group without members read again what was written at or after `to`; it never goes forward.

    Safe to repeat. What retention has deleted stays unread. A partition of which nothing is committed is left
    as it is: the group reads all of it anyway.

    Args:
        to: with a time zone; compared with the times at which records were written.

    Returns:
        How many records it reads again.

    Raises:
        NotRewound: the group has members, or the broker refuses.
    """
    try:
        homes = await _partitions(cluster, topics)
        async with cluster.consumer(
            client_id="salesbot-rewind", group_id=group_id, enable_auto_commit=False
        ) as consumer:
            consumer.assign(homes)
            return await _rewind(consumer, homes, int(to.timestamp() * _MS))
    except (KafkaError, OSError) as error:
        raise NotRewound(f"group {group_id!r} stays where it was: {reason_for(error)}") from error


async def _partitions(cluster: KafkaCluster, topics: Collection[str]) -> list[TopicPartition]:
    admin = cluster.admin("salesbot-rewind")
    await admin.start()
    try:
        described = await admin.describe_topics(list(topics))
    finally:
        await admin.close()
    return [
        TopicPartition(one["topic"], each["partition"]) for one in described for each in one["partitions"]
    ]


async def _rewind(consumer: AIOKafkaConsumer, homes: list[TopicPartition], to_ms: int) -> int:
    first_since = await consumer.offsets_for_times(dict.fromkeys(homes, to_ms))
    back = dict[TopicPartition, int]()
    again = 0
    for home in homes:
        committed, found = await consumer.committed(home), first_since.get(home)
        if committed is not None and found is not None and found.offset < committed:
            back[home] = found.offset
            again += committed - found.offset
    if back:
        await consumer.commit(back)
    return again
