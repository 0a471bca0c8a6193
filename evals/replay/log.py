"""Conversations out of the log itself, read to its end and left as it is."""

from collections.abc import AsyncIterator, Mapping

from chassis.data_keys import DataKeySettings
from chassis.kafka.cluster import KafkaCluster
from chassis.kafka.record import text_headers
from chassis.kafka.sealing import Sealing, sealing_with
from contracts.cloudevent import Event, MalformedEvent, parse_record
from contracts.events import (
    ConversationErased,
    ProfileUpdated,
    ProposalDrafted,
    TurnAnswered,
    TurnReceived,
)
from evals.replay.stored import Stored, fold

_READ: tuple[type[Event], ...] = (
    TurnReceived,
    ProfileUpdated,
    TurnAnswered,
    ConversationErased,
    ProposalDrafted,
)
_BY_TYPE: Mapping[str, type[Event]] = {event.type_name(): event for event in _READ}
_PATIENCE_MS = 1_000


async def read_log(cluster: KafkaCluster, keys: DataKeySettings) -> list[Stored]:
    """Every conversation the log still holds, but those that were erased.

    Args:
        keys: where the keys are that the log is sealed with.
    """
    topics = dict.fromkeys(event.topic for event in _READ)
    async with sealing_with(keys) as sealing:
        return fold([event for topic in topics async for event in _events(cluster, topic, sealing)])


async def _events(cluster: KafkaCluster, topic: str, sealing: Sealing) -> AsyncIterator[Event]:
    # Without a group nothing is committed, and nobody's partitions are taken.
    consumer = cluster.consumer(
        topic, client_id="salesbot-replay", auto_offset_reset="earliest", enable_auto_commit=False
    )
    await consumer.start()
    try:
        ends = await consumer.end_offsets(consumer.assignment())
        while any([await consumer.position(partition) < end for partition, end in ends.items()]):
            for records in (await consumer.getmany(timeout_ms=_PATIENCE_MS)).values():
                for record in await sealing.read(records):
                    if event := _parsed(text_headers(record), record.value):
                        yield event
    finally:
        await consumer.stop()


def _parsed(headers: Mapping[str, str], value: bytes | None) -> Event | None:
    """The event of a record; None for one of no interest, or that nobody could read."""
    event_class = _BY_TYPE.get(headers.get("ce_type", ""))
    if event_class is None or value is None:
        return None
    try:
        return parse_record(event_class, headers, value).data
    except MalformedEvent:
        return None
