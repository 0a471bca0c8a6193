"""Kafka: one broker, one way to publish, one way to consume by key and one by batch."""

from chassis.kafka.batch import BatchOptions, BatchSubscriber, batch_subscriber
from chassis.kafka.broker import make_broker
from chassis.kafka.cluster import KafkaCluster
from chassis.kafka.dead_letter import OnParked, Parked, parse_parked
from chassis.kafka.group import EventGroup, GroupLimits
from chassis.kafka.header_names import read_any_header_name
from chassis.kafka.keyed import KeyedOptions, KeyedSubscriber, keyed_subscriber
from chassis.kafka.publisher import BrokerUnavailable, EventPublisher, EventRefused
from chassis.kafka.retry import RetryPolicy
from chassis.kafka.topics import ensure_topics

__all__ = [
    "BatchOptions",
    "BatchSubscriber",
    "BrokerUnavailable",
    "EventGroup",
    "EventPublisher",
    "EventRefused",
    "GroupLimits",
    "KafkaCluster",
    "KeyedOptions",
    "KeyedSubscriber",
    "OnParked",
    "Parked",
    "RetryPolicy",
    "batch_subscriber",
    "ensure_topics",
    "keyed_subscriber",
    "make_broker",
    "parse_parked",
]

# Every consumer of a process that uses this package, FastStream's own included.
read_any_header_name()
