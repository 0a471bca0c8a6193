"""The internals of aiokafka's consumer that we use, in one file.

`header_names.py` replaces one of its parsers. Each is held by `test_aiokafka_internals.py` or
`test_offsets_out_of_range.py` in `tests/integration/chassis_kafka`; aiokafka is pinned to 0.14.
"""

import asyncio
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.consumer.fetcher import FetchError
from aiokafka.errors import NoOffsetForPartitionError


def fetched_partitions(consumer: AIOKafkaConsumer) -> list[TopicPartition]:
    """The partitions with fetched records that were not returned yet, in the order in which they will be.

    Right after a poll has raised over what was fetched, the first is the one that cannot be read.
    """
    return list(consumer._fetcher._records)


def partitions_without_offset(consumer: AIOKafkaConsumer) -> list[TopicPartition]:
    """The partitions without a position, because their group has committed nothing."""
    return [
        partition
        for partition, fetched in consumer._fetcher._records.items()
        if isinstance(fetched, FetchError) and isinstance(fetched._error, NoOffsetForPartitionError)
    ]


def positions(consumer: AIOKafkaConsumer) -> dict[TopicPartition, int]:
    """The offset of the next record of each partition, of those that have one."""
    subscription = consumer._subscription.subscription
    if subscription is None or subscription.assignment is None:
        return {}
    states = ((home, subscription.assignment.state_value(home)) for home in subscription.assignment.tps)
    return {home: state.position for home, state in states if state.has_valid_position}


def refresh_topic_metadata(consumer: AIOKafkaConsumer) -> None:
    """Request the metadata of topics and partitions before it expires."""
    consumer._client.force_metadata_update()


def ended_tasks(consumer: AIOKafkaConsumer) -> list[str]:
    """The tasks of a running consumer that have ended; without them it waits for ever, without an error."""
    tasks: dict[str, asyncio.Task[Any] | None] = {
        "fetching": consumer._fetcher._fetch_task,
        "group coordination": consumer._coordinator._coordination_task,
        "metadata": consumer._client._sync_task,
    }
    return [name for name, task in tasks.items() if task is not None and task.done()]
