"""Committing by hand, and handing partitions over so that nothing is lost."""

import asyncio
from abc import abstractmethod
from typing import Any, TypeVar

import structlog
from aiokafka import ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import IllegalStateError, KafkaError
from faststream.kafka.subscriber.usecase import LogicSubscriber

from chassis import metrics
from chassis.kafka.seams import SubscriberParts

logger = structlog.get_logger()

Offsets = dict[TopicPartition, int]
MessageT = TypeVar("MessageT")

_COMMIT_TIMEOUT_S = 5.0


class CommittingSubscriber(LogicSubscriber[MessageT]):
    """A subscriber that says itself what is done, and that finishes before it lets go of a partition.

    Partitions are handed over when the group rebalances (eagerly: all are revoked, then the new set is
    assigned) and when the process stops. From the hand-over until new partitions are taken over,
    `interrupted` is set: nothing new is begun and waits end at once.
    """

    def __init__(
        self, parts: SubscriberParts, *, group_id: str, commit_interval_s: float, **framework: Any
    ) -> None:
        super().__init__(*parts, **framework)
        self._listener = _HandOverOnRevoke(self)
        self._group = group_id
        self._commit_interval_s = commit_interval_s
        self._is_stopping = False
        self.interrupted = asyncio.Event()

    @abstractmethod
    async def finish_work(self) -> None:
        """Bring what runs to its end, within a bound."""

    @abstractmethod
    def forget_work(self) -> None:
        """Drop everything that is left; the partitions' next owner reads it again."""

    @abstractmethod
    def accept(self, partitions: set[TopicPartition]) -> None:
        """Begin to take records of these partitions."""

    @abstractmethod
    def uncommitted(self) -> Offsets:
        """What is done and not yet committed."""

    @abstractmethod
    def note_committed(self, offsets: Offsets) -> None:
        """Note that these offsets were committed."""

    @abstractmethod
    def report(self) -> None:
        """Bring the gauges up to date."""

    async def start(self) -> None:
        """Join the group and begin."""
        self._is_stopping = False
        await super().start()
        self.add_task(self._commit_forever)

    async def stop(self) -> None:
        """Finish what runs, commit, leave the group."""
        self._is_stopping = True
        if self.running:
            self.running = False
            await self.hand_over()
        await super().stop()

    async def hand_over(self) -> None:
        """Finish what runs, commit what is done, forget the rest."""
        self.interrupted.set()
        await self.finish_work()
        await self._commit()
        self.forget_work()
        self.report()

    def take_over(self, partitions: set[TopicPartition]) -> None:
        """Begin with newly assigned partitions, unless the process is about to leave."""
        if not self._is_stopping:
            self.accept(partitions)
            self.interrupted.clear()

    async def _commit_forever(self) -> None:
        while self.running:
            await asyncio.sleep(self._commit_interval_s)
            self.report()
            await self._commit()

    async def _commit(self) -> None:
        offsets = self.uncommitted()
        if self.consumer is None or not offsets:
            return
        try:
            async with asyncio.timeout(_COMMIT_TIMEOUT_S):
                await self.consumer.commit(offsets)
        except (KafkaError, IllegalStateError, TimeoutError) as error:
            # Nothing is lost: the records are read again and recognised by their ids.
            logger.warning("commit_refused", error=type(error).__name__, partitions=len(offsets))
        else:
            self.note_committed(offsets)


class _HandOverOnRevoke(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka ships no types
    def __init__(self, subscriber: CommittingSubscriber[Any]) -> None:
        self._subscriber = subscriber

    async def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        if revoked:
            metrics.REBALANCES.labels(self._subscriber._group).inc()
            await self._subscriber.hand_over()

    async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        self._subscriber.take_over(assigned)
