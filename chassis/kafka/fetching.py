"""Fetching records so that an unreadable partition delays no other.

aiokafka's `getmany` drops the records it took from other partitions when one of them raises, and FastStream
sleeps for seconds after each failure without logging it. Here a partition that cannot be read is paused,
retried with growing pauses, and reported until it can be read; it is never skipped, and the others continue.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain
from typing import Final

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import (
    ConsumerStoppedError,
    CorruptRecordException,
    KafkaError,
    NoOffsetForPartitionError,
    OffsetOutOfRangeError,
    TopicAuthorizationFailedError,
    UnsupportedCodecError,
)

from chassis import metrics
from chassis.kafka.aiokafka_internals import fetched_partitions, partitions_without_offset
from chassis.kafka.pauses import Pauses
from chassis.kafka.positions import OffsetReset, begin_at_earliest, report_resets
from chassis.kafka.record import Record, partition_label, partition_of
from chassis.kafka.staleness import Staleness

logger = structlog.get_logger()

_FIRST_PAUSE_S: Final = 1.0
_MAX_PAUSE_S: Final = 30.0
# A fault that has not returned for so long after a retry is over.
_RECOVERED_AFTER_S: Final = 5.0
_SINGLE: Final = 1


@dataclass(slots=True)
class _Fault:
    text: str
    failures: int = 0
    at_s: float = 0.0
    is_paused: bool = False

    @property
    def pause_s(self) -> float:
        return min(_MAX_PAUSE_S, _FIRST_PAUSE_S * 2.0 ** (self.failures - 1))


class Fetching:
    """The polls of one consumer, and the faults of its partitions.

    Args:
        group_id: for logs and metrics.
        pauses: shared with everything that pauses partitions of this consumer.
        on_reset: called for each partition whose offset was reset.
    """

    def __init__(self, group_id: str, pauses: Pauses, *, on_reset: Callable[[OffsetReset], None]) -> None:
        self._group = group_id
        self._pauses = pauses
        self._on_reset = on_reset
        # None stands for the group as a whole.
        self._faults: dict[TopicPartition | None, _Fault] = {}
        # Partitions whose records are taken one by one, with the time of the failure that led to it.
        self._one_by_one: dict[TopicPartition, float] = {}
        self._staleness = Staleness(group_id)
        self._assignment_number = 0

    async def one(self, consumer: AIOKafkaConsumer) -> Record | None:
        """Wait for the next record; None when a fetch failed meanwhile."""
        try:
            record = await consumer.getone()
        except ConsumerStoppedError:
            raise
        except Exception as failure:  # noqa: BLE001 - any failure is reported and retried
            await self._note(consumer, failure)
            return None
        if self._faults:
            self._note_read(partition_of(record))
        return record

    async def many(
        self, consumer: AIOKafkaConsumer, *, timeout_ms: int, max_records: int
    ) -> tuple[Record, ...]:
        """Up to `max_records` of what was fetched; waits `timeout_ms` for the first."""
        # One record and one partition a call: a call that raises has then taken nothing.
        records = await self._take(consumer, timeout_ms=timeout_ms, max_records=_SINGLE)
        assignment_number = self._assignment_number
        for partition in fetched_partitions(consumer) if records else ():
            while room := max_records - len(records):
                is_one_by_one = partition in self._one_by_one
                more = await self._take(
                    consumer, partition, timeout_ms=0, max_records=_SINGLE if is_one_by_one else room
                )
                if assignment_number != self._assignment_number:
                    # Partitions were reassigned meanwhile: their new owner reads what was taken before.
                    return tuple(more)
                records += more
                if not (more and is_one_by_one):
                    break
        return tuple(records)

    async def _take(
        self, consumer: AIOKafkaConsumer, *only: TopicPartition, timeout_ms: int, max_records: int
    ) -> list[Record]:
        try:
            polled = await consumer.getmany(*only, timeout_ms=timeout_ms, max_records=max_records)
        except ConsumerStoppedError:
            raise
        except Exception as failure:  # noqa: BLE001 - any failure is reported and retried
            if only and max_records > _SINGLE:
                # The records before the fault are fetched again, one by one.
                self._one_by_one.update(dict.fromkeys(only, time.monotonic()))
            else:
                await self._note(consumer, failure, *only)
            return []
        if self._faults:
            for partition in polled:
                self._note_read(partition)
        return list(chain.from_iterable(polled.values()))

    def retry_due(self, consumer: AIOKafkaConsumer) -> None:
        """Retry the partitions that are due, and clear faults that are over; call it periodically."""
        now = time.monotonic()
        for partition, fault in list(self._faults.items()):
            if partition is not None and fault.is_paused and now >= fault.at_s + fault.pause_s:
                fault.is_paused, fault.at_s = False, now
                self._pauses.resume(consumer, partition, "unreadable")
            elif not fault.is_paused and now >= fault.at_s + _RECOVERED_AFTER_S:
                self._note_over(partition)
        for partition, failed_at_s in list(self._one_by_one.items()):
            if partition not in self._faults and now >= failed_at_s + _RECOVERED_AFTER_S:
                del self._one_by_one[partition]
        self._staleness.check(consumer)
        self._update_gauge()

    def forget(self) -> None:
        """Drop all state: the partitions were revoked."""
        self._assignment_number += 1
        self._faults.clear()
        self._one_by_one.clear()
        self._staleness.forget()
        self._pauses.forget()
        self._update_gauge()

    def faults(self) -> list[str]:
        """What cannot be read, in words for an operator."""
        return [fault.text for fault in self._faults.values()] + self._staleness.faults()

    def _note_read(self, partition: TopicPartition) -> None:
        if partition in self._faults:
            self._note_over(partition)
        self._faults.pop(None, None)

    def _note_over(self, partition: TopicPartition | None) -> None:
        del self._faults[partition]
        if partition is not None:
            self._one_by_one.pop(partition, None)
            logger.info("partition_readable", group=self._group, partition=partition_label(partition))

    async def _note(self, consumer: AIOKafkaConsumer, failure: Exception, *only: TopicPartition) -> None:
        if isinstance(failure, OffsetOutOfRangeError | NoOffsetForPartitionError):
            await self._reset_offsets(consumer, failure)
            return
        partitions = only or _partitions_of(consumer, failure)
        for partition in partitions:
            await self._note_unreadable(consumer, partition, failure)
        if not partitions:
            metrics.FETCH_FAILURES.labels(self._group, "", type(failure).__name__).inc()
            logger.error("fetching_failed", group=self._group, error=type(failure).__name__)
            self._faults[None] = _Fault(f"fetching failed: {type(failure).__name__}", at_s=time.monotonic())
            await asyncio.sleep(_FIRST_PAUSE_S)

    async def _note_unreadable(
        self, consumer: AIOKafkaConsumer, partition: TopicPartition, failure: Exception
    ) -> None:
        fault = self._faults.setdefault(partition, _Fault(""))
        fault.failures += 1
        fault.at_s, fault.is_paused = time.monotonic(), True
        offset = await _position(consumer, partition)
        fault.text = f"{partition_label(partition)} cannot be read at offset {offset}: {_error_text(failure)}"
        self._pauses.pause(consumer, partition, "unreadable")
        metrics.FETCH_FAILURES.labels(self._group, partition.topic, type(failure).__name__).inc()
        logger.error(
            "partition_unreadable",
            group=self._group,
            partition=partition_label(partition),
            offset=offset,
            error=_error_text(failure),
            failures=fault.failures,
            tried_again_in_s=fault.pause_s,
        )
        self._update_gauge()

    async def _reset_offsets(self, consumer: AIOKafkaConsumer, failure: KafkaError) -> None:
        if isinstance(failure, OffsetOutOfRangeError):
            wanted = dict(failure.args[0])
        else:
            wanted = dict.fromkeys([*failure.args, *partitions_without_offset(consumer)])
        try:
            resets = await begin_at_earliest(consumer, wanted)
        except (KafkaError, TimeoutError) as error:
            logger.warning("offsets_unknown", group=self._group, error=type(error).__name__)
            await asyncio.sleep(_FIRST_PAUSE_S)
            return
        report_resets(self._group, resets)
        for reset in resets:
            self._on_reset(reset)

    def _update_gauge(self) -> None:
        metrics.UNREADABLE_PARTITIONS.labels(self._group).set(
            sum(partition is not None for partition in self._faults)
        )


def _partitions_of(consumer: AIOKafkaConsumer, failure: Exception) -> list[TopicPartition]:
    """The partitions that a failed poll could not read; none when the failure is not about a partition."""
    if isinstance(failure, TopicAuthorizationFailedError):
        return [partition for partition in consumer.assignment() if partition.topic in failure.args]
    if isinstance(failure, KafkaError) and not isinstance(
        failure, CorruptRecordException | UnsupportedCodecError
    ):
        return []
    return fetched_partitions(consumer)[:1]


async def _position(consumer: AIOKafkaConsumer, partition: TopicPartition) -> int | None:
    try:
        async with asyncio.timeout(_FIRST_PAUSE_S):
            return int(await consumer.position(partition))
    except (KafkaError, TimeoutError):
        return None


def _error_text(failure: Exception) -> str:
    # The messages of other failures may contain bytes of a record.
    return str(failure) if isinstance(failure, UnsupportedCodecError) else type(failure).__name__
