"""The internals of FastStream that our subscribers use, in one file.

Each is held by `tests/contract/test_faststream_internals.py`; FastStream is pinned to 0.7.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, cast

from aiokafka import AIOKafkaProducer
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from faststream import AckPolicy
from faststream._internal.broker.registrator import Registrator
from faststream._internal.endpoint.subscriber.call_item import CallsCollection
from faststream.exceptions import IncorrectState
from faststream.kafka import KafkaBroker
from faststream.kafka.configs import KafkaBrokerConfig
from faststream.kafka.schemas import Topic
from faststream.kafka.subscriber.config import KafkaSubscriberConfig, KafkaSubscriberSpecificationConfig
from faststream.kafka.subscriber.specification import KafkaSubscriberSpecification
from faststream.kafka.subscriber.usecase import LogicSubscriber
from faststream.message import StreamMessage

from chassis.kafka.record import parse_event
from chassis.settings import ServiceSettings
from contracts.cloudevent import CloudEvent, Event, EventT

SubscriberParts = tuple[KafkaSubscriberConfig, KafkaSubscriberSpecification, CallsCollection[Any]]

_CONNECTION_KEY = "salesbot_connection_args"
_DAY_MS = 24 * 60 * 60 * 1000


def connection_args(settings: ServiceSettings) -> dict[str, Any]:
    """The arguments of every consumer of ours.

    The range assignor puts one key's partitions of all topics on one replica. The session outlives a garbage
    collection or a busy core; the rebalance time-out outlives a drain.
    """
    return {
        # Where to start without a committed offset is decided, logged and counted by us.
        "auto_offset_reset": "none",
        # A topic that was made again, or got more partitions, is noticed within this time.
        "metadata_max_age_ms": 30_000,
        "fetch_max_wait_ms": settings.kafka_fetch_max_wait_ms,
        # Bounds what one partition can fill the memory with before its records are counted and it is paused.
        "max_partition_fetch_bytes": 256 * 1024,
        "partition_assignment_strategy": (RangePartitionAssignor,),
        "session_timeout_ms": settings.kafka_session_timeout_ms,
        "heartbeat_interval_ms": max(settings.kafka_session_timeout_ms // 10, 200),
        "rebalance_timeout_ms": settings.kafka_rebalance_timeout_ms,
        # Not polling is no sign of death: a batch that waits for its database does not poll, and handlers
        # have time-outs of their own.
        "max_poll_interval_ms": _DAY_MS,
    }


def remember_connection_args(broker: KafkaBroker, settings: ServiceSettings) -> None:
    """Store the consumers' arguments on the broker, so that subscribers need no settings."""
    broker.context.set_global(_CONNECTION_KEY, connection_args(settings))


def subscriber_parts(broker: KafkaBroker, topics: Sequence[str], group_id: str) -> SubscriberParts:
    """The constructor parts of a subscriber that commits by hand."""
    declared = [Topic.validate(topic) for topic in topics]
    outer = cast(KafkaBrokerConfig, broker.config)
    config = KafkaSubscriberConfig(
        topics=declared,
        group_id=group_id,
        connection_args=dict(broker.context.get(_CONNECTION_KEY)),
        no_reply=True,
        _outer_config=outer,
        _ack_policy=AckPolicy.MANUAL,
    )
    calls = CallsCollection[Any]()
    specification = KafkaSubscriberSpecification(
        _outer_config=outer,
        calls=calls,
        specification_config=KafkaSubscriberSpecificationConfig(
            topics=declared, title_=None, description_=None
        ),
    )
    return config, specification, calls


def register(broker: KafkaBroker, subscriber: LogicSubscriber[Any]) -> None:
    """Add a subscriber to the broker, which starts and stops it."""
    # KafkaBroker.subscriber builds its own kind; the base registers what it is given.
    Registrator.subscriber(broker, subscriber)


def producer_of(broker: KafkaBroker) -> AIOKafkaProducer:
    """The client that a started broker publishes with; raises IncorrectState when it is not started."""
    return cast(Any, broker.config).producer._producer.producer


def producer_has_ended(broker: KafkaBroker) -> bool:
    """Whether the sender task has ended although the broker was not stopped: nothing is sent any more."""
    try:
        sender = getattr(producer_of(broker), "_sender", None)
    except IncorrectState:
        return False
    return sender is not None and sender.sender_task is not None and sender.sender_task.done()


def is_of_type(event_class: type[Event]) -> Callable[[StreamMessage[Any]], Awaitable[bool]]:
    """A FastStream filter: the message carries this event type."""
    name = event_class.type_name()

    # A coroutine, because FastStream runs plain functions in a worker thread.
    async def carries(message: StreamMessage[Any]) -> bool:
        return message.headers.get("ce_type") == name

    return carries


def decode_as(event_class: type[EventT]) -> Callable[[StreamMessage[Any]], Awaitable[CloudEvent[EventT]]]:
    """A FastStream decoder: binary-mode CloudEvent to `event_class`; raises MalformedEvent."""

    async def decode(message: StreamMessage[Any]) -> CloudEvent[EventT]:
        return parse_event(event_class, message.headers, cast(bytes, message.body))

    return decode
