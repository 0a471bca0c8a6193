"""How many records of a consumer's partitions are not finished."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Final

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import IllegalStateError, KafkaError

from chassis import metrics
from chassis.kafka.aiokafka_internals import positions

logger = structlog.get_logger()

_TIMEOUT_S: Final = 5.0


class LagGauge:
    """Exports the lag of a group, by topic.

    Args:
        group_id: the label.
        held: how many records of each partition were read and are not finished.
    """

    def __init__(self, group_id: str, held: Callable[[], Mapping[TopicPartition, int]]) -> None:
        self._group = group_id
        self._held = held

    async def update(self, consumer: AIOKafkaConsumer) -> None:
        """Ask the broker where the partitions end. It keeps what it showed when the broker does not say."""
        partitions = list(consumer.assignment())
        try:
            async with asyncio.timeout(_TIMEOUT_S):
                ends = await consumer.end_offsets(partitions) if partitions else {}
            # What a fetch has told is newer where the partition is read, and all there is where a broker
            # answers with less. Partitions may have been revoked meanwhile.
            lags = self._lags(
                {home: max(end, consumer.highwater(home) or 0) for home, end in ends.items()},
                positions(consumer),
            )
        except (KafkaError, IllegalStateError, TimeoutError, AssertionError) as error:
            logger.debug("lag_unknown", group=self._group, error=type(error).__name__)
            return
        for topic in consumer.subscription():
            metrics.CONSUMER_LAG.labels(self._group, topic).set(lags[topic])

    def _lags(self, ends: Mapping[TopicPartition, int], read: Mapping[TopicPartition, int]) -> Counter[str]:
        held, lags = self._held(), Counter[str]()
        for home, position in read.items():
            unread = max(0, ends.get(home, position) - position)
            lags[home.topic] += unread + held.get(home, 0)
        return lags
