"""Partitions that are not fetched for a while, each for one reason or several."""

from typing import Literal

from aiokafka import AIOKafkaConsumer, TopicPartition

Reason = Literal["full", "held back", "unreadable"]


class Pauses:
    """Stops fetching a partition with the first reason, and goes on when the last is gone."""

    def __init__(self) -> None:
        self._reasons: dict[TopicPartition, set[Reason]] = {}

    def pause(self, consumer: AIOKafkaConsumer, partition: TopicPartition, reason: Reason) -> None:
        """Stop fetching a partition, unless it was taken away."""
        if partition in consumer.assignment():
            self._reasons.setdefault(partition, set()).add(reason)
            consumer.pause(partition)

    def resume(self, consumer: AIOKafkaConsumer, partition: TopicPartition, reason: Reason) -> None:
        """Drop a reason; the partition is fetched again when it was the last."""
        reasons = self._reasons.get(partition, set())
        reasons.discard(reason)
        if not reasons:
            self._reasons.pop(partition, None)
            if partition in consumer.assignment():
                consumer.resume(partition)

    def forget(self) -> None:
        """Drop every reason; a partition that is assigned again is fetched."""
        self._reasons.clear()
