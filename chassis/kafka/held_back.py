"""What a batch subscriber holds back: one partition's records from the one on that cannot be handled now."""

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
    def home(self) -> TopicPartition:
        """The partition it was read from."""
        return partition_of(self.record)

    def settle(self) -> None:
        """It needs no more work."""
        self.on_settled([self.record])


@dataclass(slots=True, eq=False)
class HeldPartition:
    """The records of a partition that wait, and why the first of them does."""

    entries: list[Entry]
    failure: Exception


class HeldBack:
    """Partitions with records that wait; no more of them is fetched meanwhile.

    Args:
        retry: tries a partition again until it is released, or until `interrupted` is set.
        interrupted: set while partitions are handed over.
        pause, resume: stop and go on fetching a partition.
        on_broken: told of a retry that ended over what nobody foresaw.
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
        """Hold back a record, and with it those of its partition that come later."""
        self._partitions[entry.home] = partition = HeldPartition([entry], failure)
        self._pause(entry.home)
        task = asyncio.create_task(self._retry(partition))
        self.tasks.add(task)
        task.add_done_callback(self._note_end)

    def joins(self, entry: Entry) -> bool:
        """Whether an entry has to wait behind one of its partition; it then does."""
        partition = self._partitions.get(entry.home)
        if partition is None:
            return False
        if entry not in partition.entries:
            partition.entries.append(entry)
        return True

    def release(self, partition: HeldPartition) -> list[Entry]:
        """What was held back of a partition, which is fetched from now on; nothing if it was cleared."""
        home = partition.entries[0].home
        if self._partitions.get(home) is not partition:
            return []
        del self._partitions[home]
        self._resume(home)
        return partition.entries

    def clear(self) -> None:
        """Forget everything."""
        self._partitions.clear()
        for task in self.tasks:
            # However it ends from now on, nothing is waited for any more.
            task.remove_done_callback(self._note_end)
            task.add_done_callback(self.tasks.discard)
            task.cancel()

    def _note_end(self, task: asyncio.Task[None]) -> None:
        self.tasks.discard(task)
        if task.cancelled():
            # Only a hand-over cancels; anything else is a handler's own, and would be waited for in vain.
            fault: BaseException | None = None if self._interrupted.is_set() else asyncio.CancelledError()
        else:
            fault = task.exception()
        if fault is not None:
            logger.error("retry_broken", exc_info=fault)
            self._on_broken(fault)
