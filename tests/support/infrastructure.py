"""What the tests stand on: the embedded stack, or the same three parts in containers."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from devstack.errors import BrokerCannotRun, InvalidSetting, JarsUnavailable
from devstack.infra import Infra, parse_broker
from devstack.kafka import VERSION as KAFKA_VERSION
from devstack.kafka import find_java
from devstack.tansu import Tansu

if TYPE_CHECKING:
    from tests.support.containers import ContainerInfra

DATA_KEY_SECRET = "of-the-tests-alone"
KINDS = ("embedded", "docker")
Infrastructure: TypeAlias = "Infra | ContainerInfra"
"""Broker, database and cache, wherever they run."""


def wanted_kind() -> str:
    """What TEST_INFRA asks for."""
    kind = os.environ.get("TEST_INFRA", "embedded")
    if kind not in KINDS:
        raise InvalidSetting(f"TEST_INFRA={kind!r} is unknown; use one of {', '.join(KINDS)}")
    return kind


def announcement() -> str:
    """What a test that asks for infrastructure is going to get; starts nothing."""
    if wanted_kind() == "docker":
        return "infrastructure on demand: Kafka, PostgreSQL and Redis in containers (TEST_INFRA=docker)"
    wanted = parse_broker(os.environ.get("TEST_BROKER", "auto"))
    broker = f"Apache Kafka {KAFKA_VERSION}"
    try:
        find_java()
    except (BrokerCannotRun, JarsUnavailable) as error:
        broker = f"{Tansu.broker_name} ({error})"
    if wanted == "tansu":
        broker = Tansu.broker_name
    return f"infrastructure on demand: {broker}, PostgreSQL and Valkey as plain processes"


def start(data_dir: Path) -> Infrastructure:
    """Start what TEST_INFRA and TEST_BROKER ask for."""
    if wanted_kind() == "docker":
        # Late: needs a Docker daemon, which the embedded tests do without.
        from tests.support.containers import ContainerInfra  # noqa: PLC0415

        return ContainerInfra.start()
    return Infra.start(data_dir, parse_broker(os.environ.get("TEST_BROKER", "auto")))


def names(infra: Infrastructure) -> str:
    """What really ran, for pytest's summary."""
    return f"{infra.broker_name}, {infra.database_name}, {infra.cache_name}"


Unique = Callable[[str], str]
