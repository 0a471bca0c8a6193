"""Partitions held by a batch subscriber: from the first record on that cannot be handled now."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from aiokafka import TopicPartition

from chassis.kafka.record import Record, partition_of
from contracts.cloudevent import CloudEvent, Event

logger = structlog.get_logger()

OnPartition = Callable[[TopicPartition], None]
OnSettled = Callable[[Sequence[Record]], None]


@dataclass(slots=True, eq=False)
class Entry:
    """A record of a batch with its event, or with the failure to read one."""

    record: Record
    on_settled: OnSettled
    event: CloudEvent[Event] | None = None
    failure: Exception | None = None
    is_handled: bool = False

    @property
    def partition(self) -> TopicPartition:
        """The partition it was read from."""
        return partition_of(self.record)

    def settle(self) -> None:
        """Mark it as settled."""
        self.on_settled([self.record])


@dataclass(slots=True, eq=False)
class HeldPartition:
    """The held records of a partition, and the failure of the first."""

    entries: list[Entry]
    failure: Exception


class HeldPartitions:
    """The partitions with held records; they are not fetched meanwhile.

    Args:
        retry: retries a partition until it is released, or until `interrupted` is set.
        interrupted: set while partitions are revoked.
        pause, resume: stop and go on fetching a partition.
        on_broken: called with the error of a retry task that ended unexpectedly.
    """

    def __init__(
        self,
        retry: Callable[[HeldPartition], Coroutine[Any, Any, None]],
        *,
        interrupted: asyncio.Event,
        pause: OnPartition,
        resume: OnPartition,
        on_broken: Callable[[BaseException], None],
    ) -> None:
        self._retry = retry
        self._interrupted = interrupted
        self._pause = pause
        self._resume = resume
        self._on_broken = on_broken
        self._partitions: dict[TopicPartition, HeldPartition] = {}
        self.tasks: set[asyncio.Task[None]] = set()

    def hold(self, entry: Entry, failure: Exception) -> None:
        """Hold a record, and with it the later ones of its partition."""
        self._partitions[entry.partition] = held = HeldPartition([entry], failure)
        self._pause(entry.partition)
        task = asyncio.create_task(self._retry(held))
        self.tasks.add(task)
        task.add_done_callback(self._note_end)

    def append_if_held(self, entry: Entry) -> bool:
        """Append an entry to its partition if that is held; whether it was."""
        held = self._partitions.get(entry.partition)
        if held is None:
            return False
        if entry not in held.entries:
            held.entries.append(entry)
        return True

    def release(self, partition: HeldPartition) -> list[Entry]:
        """Resume a partition and return its held records; none if it was cleared."""
        home = partition.entries[0].partition
        if self._partitions.get(home) is not partition:
            return []
        del self._partitions[home]
        self._resume(home)
        return partition.entries

    def clear(self) -> None:
        """Drop all held records and cancel their retries."""
        self._partitions.clear()
        for task in self.tasks:
            # Its end no longer matters.
            task.remove_done_callback(self._note_end)
            task.add_done_callback(self.tasks.discard)
            task.cancel()

    def _note_end(self, task: asyncio.Task[None]) -> None:
        self.tasks.discard(task)
        if task.cancelled():
            # Only a revocation cancels a retry; a handler that cancels itself would be waited for in vain.
            fault: BaseException | None = None if self._interrupted.is_set() else asyncio.CancelledError()
        else:
            fault = task.exception()
        if fault is not None:
            logger.error("retry_broken", exc_info=fault)
            self._on_broken(fault)
