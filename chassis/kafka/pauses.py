"""Paused partitions, each with one reason or several."""

from typing import Literal

from aiokafka import AIOKafkaConsumer, TopicPartition

Reason = Literal["full", "held back", "unreadable"]


class Pauses:
    """Pauses a partition with the first reason, and resumes it when the last is dropped."""

    def __init__(self) -> None:
        self._reasons: dict[TopicPartition, set[Reason]] = {}

    def pause(self, consumer: AIOKafkaConsumer, partition: TopicPartition, reason: Reason) -> None:
        """Pause a partition for a reason, unless it was revoked."""
        if partition in consumer.assignment():
            self._reasons.setdefault(partition, set()).add(reason)
            consumer.pause(partition)

    def resume(self, consumer: AIOKafkaConsumer, partition: TopicPartition, reason: Reason) -> None:
        """Drop a reason; the partition is resumed when it was the last."""
        reasons = self._reasons.get(partition, set())
        reasons.discard(reason)
        if not reasons:
            self._reasons.pop(partition, None)
            if partition in consumer.assignment():
                consumer.resume(partition)

    def forget(self) -> None:
        """Drop every reason; a partition that is assigned again is not paused."""
        self._reasons.clear()
