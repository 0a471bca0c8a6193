"""Whether a group has handled everything that was published up to now."""

import asyncio
from collections.abc import Collection, Mapping
from typing import Final

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from chassis.errors import TransientError, describe
from chassis.kafka.cluster import KafkaCluster

_ASK_AGAIN_S: Final = 0.2


class GroupBehind(TransientError):
    """The group has not come as far as it had to, or the broker does not tell."""


class GroupProgress:
    """The progress of a group over some topics, of all its processes together.

    What is handled is committed a moment later, so this waits for that moment, too. A partition that the
    group never read, and that holds nothing, is handled.

    Args:
        timeout_s: how long a group is waited for that is behind.
    """

    def __init__(
        self, cluster: KafkaCluster, group_id: str, topics: Collection[str], *, timeout_s: float
    ) -> None:
        self._cluster = cluster
        self._group = group_id
        self._topics = topics
        self._timeout_s = timeout_s

    async def catch_up(self) -> None:
        """Return once everything is handled that was published before now.

        Raises:
            GroupBehind: that takes too long, or the broker does not tell.
        """
        try:
            async with asyncio.timeout(self._timeout_s):
                await self._catch_up()
        except TimeoutError as error:
            raise GroupBehind(f"group {self._group!r} is behind") from error
        except (KafkaError, OSError) as error:
            raise GroupBehind(f"group {self._group!r}: {describe(error)}") from error

    async def _catch_up(self) -> None:
        admin = self._cluster.admin("salesbot-progress")
        await admin.start()
        try:
            described = await admin.describe_topics(list(self._topics))
            homes = [
                TopicPartition(one["topic"], each["partition"])
                for one in described
                for each in one["partitions"]
            ]
            open_ends = await self._ends(homes)
            while open_ends:
                committed = await admin.list_consumer_group_offsets(self._group, partitions=list(open_ends))
                open_ends = {home: end for home, end in open_ends.items() if committed[home].offset < end}
                if open_ends:
                    await asyncio.sleep(_ASK_AGAIN_S)
        finally:
            await admin.close()

    async def _ends(self, homes: list[TopicPartition]) -> Mapping[TopicPartition, int]:
        """Where each partition ends that holds something."""
        async with self._cluster.consumer(
            client_id="salesbot-progress", enable_auto_commit=False
        ) as consumer:
            begins, ends = await consumer.beginning_offsets(homes), await consumer.end_offsets(homes)
        return {home: end for home, end in ends.items() if end > begins[home]}
