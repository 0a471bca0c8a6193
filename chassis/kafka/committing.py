"""Manual commits, and finishing work before partitions are revoked, so that nothing is lost."""

import asyncio
from abc import abstractmethod
from collections.abc import Callable
from typing import Any, TypeVar

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import IllegalStateError, KafkaError
from faststream.kafka.subscriber.usecase import LogicSubscriber

from chassis import metrics
from chassis.kafka.aiokafka_internals import ended_tasks, refresh_topic_metadata
from chassis.kafka.faststream_internals import SubscriberParts
from chassis.kafka.fetching import Fetching
from chassis.kafka.lag import LagGauge
from chassis.kafka.pauses import Pauses
from chassis.kafka.positions import OffsetReset
from chassis.kafka.topics import unfit_topics

logger = structlog.get_logger()

Offsets = dict[TopicPartition, int]
MessageT = TypeVar("MessageT")

_COMMIT_TIMEOUT_S = 5.0
_REFUSALS_REPORTED = 10
_RESETS_KEPT = 19
_MEASURE_LAG_EVERY_S = 15.0


class CommittingSubscriber(LogicSubscriber[MessageT]):
    """A subscriber that commits what it has settled, and finishes its work before partitions are revoked.

    Partitions are revoked when the group rebalances (eagerly: all are revoked, then the new set is assigned)
    and when the process stops. From then until new partitions are assigned, `interrupted` is set: no new work
    begins, and waits end at once.

    `on_failure` is called with the reason when it cannot continue; the process must then end.
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
        self._failure: str | None = None
        self._unfit: str | None = None
        self._refused_commits = 0
        self.interrupted = asyncio.Event()
        self.on_failure: Callable[[str], None] = lambda _reason: None
        self.offset_resets: list[OffsetReset] = []
        # Records read from the beginning because nothing was committed, for an operator who lost a group's
        # offsets.
        self._unread: dict[TopicPartition, int] = {}
        # Where partitions begin whose offset was missing or out of range. It is committed although no record
        # may follow: whoever scales by the lag of the group would count what the topic no longer keeps.
        self._begins: Offsets = {}
        self.pauses = Pauses()
        self._lag = LagGauge(group_id, self.held_records)
        self.fetching = Fetching(group_id, self.pauses, on_reset=self._note_reset)

    @abstractmethod
    async def finish_work(self) -> None:
        """Wait for running work, within a time limit."""

    @abstractmethod
    def forget_work(self) -> None:
        """Drop the remaining records; the partitions' next owner reads them again."""

    @abstractmethod
    def accept(self, partitions: set[TopicPartition]) -> None:
        """Start taking records of these partitions."""

    @abstractmethod
    def uncommitted(self) -> Offsets:
        """The settled offsets that are not committed."""

    @abstractmethod
    def note_committed(self, offsets: Offsets) -> None:
        """Note that these offsets were committed."""

    @abstractmethod
    def held_records(self) -> dict[TopicPartition, int]:
        """How many records were read and are not finished, or are behind one that is not."""

    @abstractmethod
    def update_gauges(self) -> None:
        """Set the gauges to the present state."""

    def forget_offsets(self, _partition: TopicPartition) -> None:
        """Drop what is known of a partition's offsets, which were reset."""

    def faults(self) -> list[str]:
        """Why it cannot make progress, in words for an operator."""
        if self._failure is not None:
            return [self._failure]
        if not self.running:
            return [f"consumer of group {self._group} is stopped"]
        found = self.fetching.faults()
        if (unfit := self._unfit_topics()) is not None:
            found.append(unfit)
        if self._refused_commits >= _REFUSALS_REPORTED:
            found.append(f"commits of group {self._group} are refused")
        return found

    def warnings(self) -> list[str]:
        """What an operator should know although it does not stop the work."""
        found = [str(reset) for reset in self.offset_resets]
        if self._unread:
            found.append(
                f"group {self._group} had committed nothing in {len(self._unread)} partitions; "
                f"{sum(self._unread.values())} records are read from the beginning"
            )
        return found

    async def start(self) -> None:
        """Join the group and start consuming."""
        self._is_stopping = False
        await super().start()
        self.add_task(self._maintain_forever)
        self.add_task(self._measure_lag_forever)

    async def stop(self) -> None:
        """Finish running work, commit, and leave the group."""
        self._is_stopping = True
        if self.running:
            self.running = False
            await self.hand_over()
        await super().stop()

    async def hand_over(self) -> None:
        """Finish running work, commit what is settled, drop the rest."""
        self.interrupted.set()
        await self.finish_work()
        await self._commit()
        self._begins.clear()
        self.forget_work()
        self.fetching.forget()
        self.update_gauges()

    def take_over(self, partitions: set[TopicPartition]) -> None:
        """Start with newly assigned partitions, unless the subscriber is stopping."""
        if not self._is_stopping:
            self.accept(partitions)
            self.interrupted.clear()

    def fail(self, reason: str, cause: BaseException | None = None) -> None:
        """Report that it cannot continue; no new work begins, and the process must be restarted."""
        if self._failure is not None or not self.running:
            return
        self._failure = reason
        self.interrupted.set()
        metrics.TASK_FAILURES.labels(f"consumer {self._group}").inc()
        logger.error("consumer_failed", group=self._group, reason=reason, exc_info=cause)
        self.on_failure(reason)

    async def _run_consume_loop(self, consumer: AIOKafkaConsumer) -> None:
        try:
            await super()._run_consume_loop(consumer)
        except asyncio.CancelledError as cause:
            self.fail("the consume loop was cancelled", cause)
            raise
        except Exception as cause:  # noqa: BLE001 - continuing would skip the records taken
            self.fail(f"the consume loop failed: {type(cause).__name__}", cause)

    async def _maintain_forever(self) -> None:
        while self.running:
            try:
                await asyncio.sleep(self._commit_interval_s)
                await self._maintain()
            except asyncio.CancelledError as cause:
                self.fail("the commit task was cancelled", cause)
                raise
            except Exception:
                # A skipped iteration loses nothing, and the next may succeed.
                metrics.TASK_FAILURES.labels(f"commits {self._group}").inc()
                logger.exception("commit_task_failed", group=self._group)
                self._refused_commits += 1

    async def _measure_lag_forever(self) -> None:
        # Beside the commits, which must not wait for a broker that is slow to say where a topic ends.
        while self.running:
            if self.consumer is not None:
                await self._lag.update(self.consumer)
            await asyncio.sleep(_MEASURE_LAG_EVERY_S)

    async def _maintain(self) -> None:
        self.update_gauges()
        await self._commit()
        if self.consumer is not None and self.running:
            self.fetching.retry_due(self.consumer)
            if (unfit := self._unfit_topics()) is not None:
                self._note_unfit(unfit)
                refresh_topic_metadata(self.consumer)
            else:
                self._unfit = None
            if ended := ended_tasks(self.consumer):
                self.fail(f"the Kafka client has stopped {', '.join(ended)}")

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
        self._begins[reset.partition] = reset.to_offset
        if reset.has_lost:
            self.offset_resets = [*self.offset_resets[-_RESETS_KEPT:], reset]
        elif reset.unread:
            self._unread[reset.partition] = reset.unread

    async def _commit(self) -> None:
        begins = self._begins.copy()
        offsets = begins | self.uncommitted()
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
            self._begins = dict(self._begins.items() - begins.items())
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
