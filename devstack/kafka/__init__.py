"""A real Apache Kafka on a laptop: its jars from Maven, one KRaft node, no Docker."""

from devstack.kafka.broker import Kafka
from devstack.kafka.first_start import prepare_start_cache
from devstack.kafka.jars import VERSION, Java, fetch_jars, find_java

__all__ = ["VERSION", "Java", "Kafka", "fetch_jars", "find_java", "prepare_start_cache"]
