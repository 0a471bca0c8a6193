"""Partitions that the client keeps asking for in vain: some errors of a broker it only tries again over."""

import time
from typing import Final

import structlog
from aiokafka import AIOKafkaConsumer

from chassis import metrics
from chassis.kafka.consumer_seams import fetched_partitions

logger = structlog.get_logger()

# A fetch answers within its long poll, new records or not.
_STALE_AFTER_S: Final = 30.0
_NAMED_AT_MOST: Final = 3


class Staleness:
    """Which partitions of a consumer have had no answer for too long."""

    def __init__(self, group_id: str) -> None:
        self._group = group_id
        self._assigned_ms = _now_ms()
        self._stale: list[str] = []

    def look(self, consumer: AIOKafkaConsumer) -> None:
        """See what was fetched of late; what is paused or waits to be taken is not asked for."""
        unasked = consumer.paused().union(fetched_partitions(consumer))
        before_ms = _now_ms() - _STALE_AFTER_S * 1000
        stale = [
            f"{partition.topic}/{partition.partition}"
            for partition in sorted(consumer.assignment() - unasked)
            if max(consumer.last_poll_timestamp(partition) or 0, self._assigned_ms) < before_ms
        ]
        if stale and not self._stale:
            metrics.FETCH_FAILURES.labels(self._group, "", "stale").inc()
            logger.error("partitions_not_fetched", group=self._group, partitions=stale)
        self._stale = stale

    def forget(self) -> None:
        """The partitions were taken away."""
        self._stale = []
        self._assigned_ms = _now_ms()

    def faults(self) -> list[str]:
        """What is not fetched, in words for an operator."""
        if not self._stale:
            return []
        named = ", ".join(self._stale[:_NAMED_AT_MOST])
        return [f"{len(self._stale)} partitions have not been fetched of late: {named}"]


def _now_ms() -> float:
    return time.time() * 1000
