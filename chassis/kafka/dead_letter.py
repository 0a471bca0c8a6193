"""Parking records that can never succeed, so that their neighbours flow on."""

import structlog
from aiokafka.errors import KafkaError
from faststream.kafka import KafkaBroker

from chassis import metrics
from chassis.kafka.record import Record
from chassis.kafka.retry import reason_for
from contracts.registry import DEAD_LETTER_SUFFIX

logger = structlog.get_logger()

_ERROR_TEXT_LIMIT = 500


class DeadLetters:
    """The dead-letter topics of one consumer group.

    A parked record keeps its key, value and headers to the byte; `x-dlq-*` headers say why it is there.
    """

    def __init__(self, broker: KafkaBroker, group_id: str) -> None:
        self._broker = broker
        self._group_id = group_id
        self.is_blocked = False

    async def park(self, record: Record, failure: BaseException, *, attempts: int) -> bool:
        """Send `record` to its dead-letter topic; False when the broker did not take it.

        Safe to repeat: a second copy of a record says the same origin.
        """
        reason = reason_for(failure)
        try:
            await self._broker.publish(
                record.value,
                record.topic + DEAD_LETTER_SUFFIX,
                key=record.key,
                headers=self._headers(record, failure, reason, attempts),
            )
        except KafkaError as error:
            self.is_blocked = True
            logger.exception("dead_letter_not_written", topic=record.topic, error=reason_for(error))
            return False
        self.is_blocked = False
        metrics.DEAD_LETTERS.labels(self._group_id, record.topic, reason).inc()
        logger.error(
            "record_parked",
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            reason=reason,
            attempts=attempts,
        )
        return True

    def _headers(self, record: Record, failure: BaseException, reason: str, attempts: int) -> dict[str, str]:
        original = {name: value.decode("utf-8", "replace") for name, value in record.headers}
        return original | {
            "x-dlq-reason": reason,
            "x-dlq-error": str(failure)[:_ERROR_TEXT_LIMIT],
            "x-dlq-attempts": str(attempts),
            "x-dlq-origin": f"{record.topic}/{record.partition}/{record.offset}",
            "x-dlq-group": self._group_id,
        }
