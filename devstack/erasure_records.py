"""The recorded erasures of a cluster, and asking for them again."""

import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from aiokafka.errors import KafkaError
from pydantic import ValidationError

from chassis.errors import TransientError, describe
from chassis.kafka.record import parse_as
from chassis.kafka.topic_reader import read_on
from contracts.cloudevent import MalformedEvent, derive_id, originate
from contracts.events import ErasureRecorded, ErasureRequested
from devstack.broker_address import find_broker
from devstack.errors import PrivacyRefused


async def recorded_erasures(kafka: str | None) -> list[ErasureRecorded]:
    """Every recorded erasure, one for each conversation.

    Raises:
        PrivacyRefused: the topic cannot be read.
    """
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    try:
        records, _ = await read_on(find_broker(kafka), ErasureRecorded.topic, {})
        erasures = [parse_as(ErasureRecorded, record).data for record in records if record.value]
    except (TransientError, MalformedEvent) as error:
        raise PrivacyRefused(f"erasures cannot be read: {describe(error)}") from error
    return list({erasure.conversation_id: erasure for erasure in erasures}.values())


def read_file(path: Path) -> list[ErasureRecorded]:
    """The erasures in a file, one a line.

    Raises:
        PrivacyRefused: a line is none.
    """
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    try:
        return [ErasureRecorded.model_validate_json(line) for line in lines]
    except ValidationError as error:
        raise PrivacyRefused(f"{path} holds a line that is no erasure") from error


async def ask_again(erasures: Sequence[ErasureRecorded], kafka: str | None) -> None:
    """Publish that these conversations are to be erased.

    Raises:
        PrivacyRefused: the broker did not take all of it; ask again.
    """
    broker, now = find_broker(kafka), datetime.now(UTC)
    try:
        async with broker.producer("salesbot-erasures") as producer:
            for erasure in erasures:
                event = originate(
                    ErasureRequested(conversation_id=erasure.conversation_id, reason="restore"),
                    event_id=derive_id(erasure.conversation_id, ErasureRequested.type_name()),
                    source="gateway",
                    time=now,
                )
                headers = [(name, value.encode()) for name, value in event.headers().items()]
                await producer.send(event.topic, event.value(), key=event.key, headers=headers)
            await producer.flush()
    except (KafkaError, OSError) as error:
        raise PrivacyRefused(f"the broker did not take all of it: {type(error).__name__}") from error
