"""Partitions without an answer: some errors of a broker the client retries without reporting them."""

import time
from typing import Final

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition

from chassis import metrics
from chassis.kafka.aiokafka_internals import fetched_partitions
from chassis.kafka.record import partition_label

logger = structlog.get_logger()

# A fetch answers within its long poll, new records or not.
_STALE_AFTER_S: Final = 30.0
_NAMED_AT_MOST: Final = 3


class Staleness:
    """Which partitions of a consumer have had no answer for too long."""

    def __init__(self, group_id: str) -> None:
        self._group = group_id
        # Since when each partition has been asked for; a pause before says nothing about the broker.
        self._asked_since_ms: dict[TopicPartition, float] = {}
        self._stale: list[str] = []

    def check(self, consumer: AIOKafkaConsumer) -> None:
        """Check when each partition that is being fetched (neither paused nor unread) was last fetched."""
        now_ms = _now_ms()
        asked = consumer.assignment().difference(consumer.paused(), fetched_partitions(consumer))
        self._asked_since_ms = {
            partition: self._asked_since_ms.get(partition, now_ms) for partition in sorted(asked)
        }
        stale = [
            partition_label(partition)
            for partition, since_ms in self._asked_since_ms.items()
            if max(consumer.last_poll_timestamp(partition) or 0, since_ms) < now_ms - _STALE_AFTER_S * 1000
        ]
        if stale and not self._stale:
            metrics.FETCH_FAILURES.labels(self._group, "", "stale").inc()
            logger.error("partitions_not_fetched", group=self._group, partitions=stale)
        self._stale = stale

    def forget(self) -> None:
        """Drop all state: the partitions were revoked."""
        self._stale = []
        self._asked_since_ms.clear()

    def faults(self) -> list[str]:
        """The stale partitions, in words for an operator."""
        if not self._stale:
            return []
        named = ", ".join(self._stale[:_NAMED_AT_MOST])
        return [f"{len(self._stale)} partitions have not been fetched of late: {named}"]


def _now_ms() -> float:
    return time.time() * 1000
