"""Kafka: one broker, one way to publish, one way to consume by key and one by batch."""

from chassis.kafka.batch import BatchSubscriber, batch_subscriber
from chassis.kafka.broker import make_broker
from chassis.kafka.keyed import KeyedOptions, KeyedSubscriber, keyed_subscriber
from chassis.kafka.publisher import BrokerUnavailable, EventPublisher
from chassis.kafka.retry import OnParked, Parked
from chassis.kafka.topics import ensure_topics

__all__ = [
    "BatchSubscriber",
    "BrokerUnavailable",
    "EventPublisher",
    "KeyedOptions",
    "KeyedSubscriber",
    "OnParked",
    "Parked",
    "batch_subscriber",
    "ensure_topics",
    "keyed_subscriber",
    "make_broker",
]
