"""Where a group starts to read when its committed offset is missing or out of range."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition

from chassis import metrics
from chassis.kafka.record import partition_label

logger = structlog.get_logger()

_TIMEOUT_S = 5.0

# none_committed: a new group, or one whose offsets were lost. expired: the topic no longer keeps what comes
# next. beyond_end: the topic ends before what comes next, so it was made again or cut off.
Reason = Literal["none_committed", "expired", "beyond_end"]


@dataclass(frozen=True, slots=True)
class OffsetReset:
    """A group starts at another offset of a partition than the one it has committed."""

    partition: TopicPartition
    reason: Reason
    from_offset: int | None
    to_offset: int
    end_offset: int

    @property
    def has_lost(self) -> bool:
        """Whether records may have been missed."""
        return self.reason != "none_committed"

    @property
    def unread(self) -> int:
        """How many records are read from the beginning."""
        return self.end_offset - self.to_offset

    def __str__(self) -> str:
        """What happened, in words for an operator."""
        place = partition_label(self.partition)
        if self.reason == "expired":
            lost = f"offsets {self.from_offset} to {self.to_offset - 1}"
            return f"{place}: {lost} were deleted before they were read"
        if self.reason == "beyond_end":
            return (
                f"{place}: offset {self.from_offset} is beyond the end {self.end_offset}; "
                "the topic was made again and is read from its beginning"
            )
        return f"{place}: nothing was committed; {self.unread} records are read from the beginning"


async def begin_at_earliest(
    consumer: AIOKafkaConsumer, wanted: Mapping[TopicPartition, int | None]
) -> list[OffsetReset]:
    """Move partitions to their first offset; `wanted` are the offsets that are not available.

    From the beginning, because events that are handled again are recognised and events that are passed over
    are lost.

    Raises:
        KafkaError, TimeoutError: the broker does not say which offsets there are.
    """
    partitions = list(wanted)
    async with asyncio.timeout(_TIMEOUT_S):
        first, end = await asyncio.gather(
            consumer.beginning_offsets(partitions), consumer.end_offsets(partitions)
        )
    resets: list[OffsetReset] = []
    for partition, offset in wanted.items():
        if partition not in consumer.assignment():
            continue
        consumer.seek(partition, first[partition])
        reason: Reason = "expired"
        if offset is None:
            reason = "none_committed"
        elif offset > first[partition]:
            reason = "beyond_end"
        resets.append(OffsetReset(partition, reason, offset, first[partition], end[partition]))
    return resets


def report_resets(group: str, resets: list[OffsetReset]) -> None:
    """Log and count resets; a new group at an empty topic is not one."""
    for reset in resets:
        if reset.has_lost:
            metrics.OFFSET_RESETS.labels(group, reset.partition.topic, reset.reason).inc()
            logger.error(
                "offsets_out_of_range",
                group=group,
                topic=reset.partition.topic,
                partition=reset.partition.partition,
                reason=reset.reason,
                from_offset=reset.from_offset,
                to_offset=reset.to_offset,
                end_offset=reset.end_offset,
            )
    uncommitted = [reset for reset in resets if not reset.has_lost and reset.unread]
    for reset in uncommitted:
        metrics.OFFSET_RESETS.labels(group, reset.partition.topic, reset.reason).inc()
    if uncommitted:
        logger.warning(
            "no_offsets_committed",
            group=group,
            partitions=len(uncommitted),
            records=sum(reset.unread for reset in uncommitted),
        )
