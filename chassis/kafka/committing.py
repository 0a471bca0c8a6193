"""Committing by hand, and handing partitions over so that nothing is lost."""

import asyncio
from abc import abstractmethod
from collections.abc import Callable
from typing import Any, TypeVar

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import IllegalStateError, KafkaError
from faststream.kafka.subscriber.usecase import LogicSubscriber

from chassis import metrics
from chassis.kafka.consumer_seams import ended_tasks, look_at_topics_again
from chassis.kafka.fetching import Fetching
from chassis.kafka.pauses import Pauses
from chassis.kafka.positions import OffsetReset
from chassis.kafka.seams import SubscriberParts
from chassis.kafka.topics import unfit_topics

logger = structlog.get_logger()

Offsets = dict[TopicPartition, int]
MessageT = TypeVar("MessageT")

_COMMIT_TIMEOUT_S = 5.0
_REFUSALS_TOLD = 10
_RESETS_KEPT = 19


class CommittingSubscriber(LogicSubscriber[MessageT]):
    """A subscriber that says itself what is done, and that finishes before it lets go of a partition.

    Partitions are handed over when the group rebalances (eagerly: all are revoked, then the new set is
    assigned) and when the process stops. From the hand-over until new partitions are taken over,
    `interrupted` is set: nothing new is begun and waits end at once.

    `on_death` is told when a part of it has ended that it cannot go on without; the process must then end.
    """

    # Whether a key must be found in the same partition of every topic.
    is_co_partitioned = False

    def __init__(
        self, parts: SubscriberParts, *, group_id: str, commit_interval_s: float, **framework: Any
    ) -> None:
        super().__init__(*parts, **framework)
        self._listener = _HandOverOnRevoke(self)
        self._group = group_id
        self._commit_interval_s = commit_interval_s
        self._is_stopping = False
        self._death: str | None = None
        self._unfit: str | None = None
        self._refused_commits = 0
        self.interrupted = asyncio.Event()
        self.on_death: Callable[[str], None] = lambda _reason: None
        self.offset_resets: list[OffsetReset] = []
        # What is read anew because nothing was committed, for who lost a group's offsets.
        self._unread: dict[TopicPartition, int] = {}
        self.pauses = Pauses()
        self.fetching = Fetching(group_id, self.pauses, on_reset=self._note_reset)

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

    def forget_offsets(self, _partition: TopicPartition) -> None:
        """Drop what is known of a partition's offsets: they begin anew."""

    def faults(self) -> list[str]:
        """Why it cannot go on as it should, in words for an operator."""
        if self._death is not None:
            return [self._death]
        if not self.running:
            return [f"consumer of group {self._group} is stopped"]
        found = self.fetching.faults()
        if (unfit := self._unfit_topics()) is not None:
            found.append(unfit)
        if self._refused_commits >= _REFUSALS_TOLD:
            found.append(f"commits of group {self._group} are refused")
        return found

    def warnings(self) -> list[str]:
        """What an operator should know of that does not keep it from going on."""
        found = [str(reset) for reset in self.offset_resets]
        if self._unread:
            found.append(
                f"group {self._group} had committed nothing in {len(self._unread)} partitions; "
                f"{sum(self._unread.values())} records are read from the beginning"
            )
        return found

    async def start(self) -> None:
        """Join the group and begin."""
        self._is_stopping = False
        await super().start()
        self.add_task(self._tend_forever)

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
        self.fetching.forget()
        self.report()

    def take_over(self, partitions: set[TopicPartition]) -> None:
        """Begin with newly assigned partitions, unless the process is about to leave."""
        if not self._is_stopping:
            self.accept(partitions)
            self.interrupted.clear()

    def die(self, reason: str, cause: BaseException | None = None) -> None:
        """Say that it cannot go on; nothing more is begun, and the process is to be started again."""
        if self._death is not None or not self.running:
            return
        self._death = reason
        self.interrupted.set()
        metrics.TASK_FAILURES.labels(f"consumer {self._group}").inc()
        logger.error("consumer_died", group=self._group, reason=reason, exc_info=cause)
        self.on_death(reason)

    async def _run_consume_loop(self, consumer: AIOKafkaConsumer) -> None:
        try:
            await super()._run_consume_loop(consumer)
        except asyncio.CancelledError as cause:
            self.die("the consume loop was cancelled", cause)
            raise
        except Exception as cause:  # noqa: BLE001 - going on would pass over what was in hand
            self.die(f"the consume loop failed: {type(cause).__name__}", cause)

    async def _tend_forever(self) -> None:
        while self.running:
            try:
                await asyncio.sleep(self._commit_interval_s)
                await self._tend()
            except asyncio.CancelledError as cause:
                self.die("the commit task was cancelled", cause)
                raise
            except Exception:
                # Nothing is lost by one turn that is left out, and the next may succeed.
                metrics.TASK_FAILURES.labels(f"commits {self._group}").inc()
                logger.exception("commit_task_failed", group=self._group)
                self._refused_commits += 1

    async def _tend(self) -> None:
        self.report()
        await self._commit()
        if self.consumer is not None and self.running:
            self.fetching.tend(self.consumer)
            if (unfit := self._unfit_topics()) is not None:
                self._note_unfit(unfit)
                look_at_topics_again(self.consumer)
            else:
                self._unfit = None
            if ended := ended_tasks(self.consumer):
                self.die(f"the Kafka client has stopped {', '.join(ended)}")

    def _unfit_topics(self) -> str | None:
        if self.consumer is None:
            return None
        counts = {
            topic: len(self.consumer.partitions_for_topic(topic) or ())
            for topic in self.topic_names_for_subscribe
        }
        return unfit_topics(counts, are_co_partitioned=self.is_co_partitioned)

    def _note_unfit(self, reason: str) -> None:
        if reason != self._unfit:
            self._unfit = reason
            logger.error("topics_unfit", group=self._group, reason=reason)

    def _note_reset(self, reset: OffsetReset) -> None:
        self.forget_offsets(reset.partition)
        if reset.has_lost:
            self.offset_resets = [*self.offset_resets[-_RESETS_KEPT:], reset]
        elif reset.unread:
            self._unread[reset.partition] = reset.unread

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
            self._refused_commits += 1
        else:
            self._refused_commits = 0
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
