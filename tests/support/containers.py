"""Kafka, PostgreSQL and Redis in containers: the images that `make up` runs, through testcontainers."""

import os
from typing import Self

from sqlalchemy.engine import make_url
from testcontainers.community.postgres import PostgresContainer
from testcontainers.community.redis import RedisContainer
from testcontainers.core.container import DockerContainer
from testcontainers.core.wait_strategies import LogMessageWaitStrategy

from devstack import ports
from devstack.child import run_concurrently

KAFKA_IMAGE = os.environ.get("KAFKA_IMAGE", "apache/kafka:4.1.0")
POSTGRES_IMAGE = os.environ.get("POSTGRES_IMAGE", "postgres:17")
REDIS_IMAGE = os.environ.get("REDIS_IMAGE", "redis:7")
_DATABASES = 64


def kafka_container(port: int) -> DockerContainer:
    """One KRaft node that clients outside the container reach on `port`."""
    settings = {
        "NODE_ID": "1",
        "PROCESS_ROLES": "broker,controller",
        "CONTROLLER_QUORUM_VOTERS": "1@localhost:9093",
        "CONTROLLER_LISTENER_NAMES": "CONTROLLER",
        "LISTENERS": f"PLAINTEXT://0.0.0.0:{port},CONTROLLER://localhost:9093",
        "ADVERTISED_LISTENERS": f"PLAINTEXT://{ports.LOOPBACK}:{port}",
        "LISTENER_SECURITY_PROTOCOL_MAP": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
        "TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1",
        "TRANSACTION_STATE_LOG_MIN_ISR": "1",
        "GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
        "GROUP_MIN_SESSION_TIMEOUT_MS": "1000",
        "AUTO_CREATE_TOPICS_ENABLE": "false",
    }
    # The broker tells clients its own address, so the port outside must be the port inside.
    container = DockerContainer(KAFKA_IMAGE).with_bind_ports(port, port)
    for name, value in settings.items():
        container.with_env(f"KAFKA_{name}", value)
    return container.waiting_for(LogMessageWaitStrategy("Kafka Server started"))


class ContainerInfra:
    """The three parts in containers, as the tests see them."""

    broker_name = KAFKA_IMAGE
    database_name = POSTGRES_IMAGE
    cache_name = REDIS_IMAGE

    def __init__(self) -> None:
        self._kafka_port = ports.free_port()
        self._kafka = kafka_container(self._kafka_port)
        self._postgres = PostgresContainer(POSTGRES_IMAGE, username="salesbot", dbname="salesbot")
        self._redis = RedisContainer(REDIS_IMAGE).with_command(f"redis-server --databases {_DATABASES}")

    @classmethod
    def start(cls) -> Self:
        infra = cls()
        try:
            run_concurrently([infra._kafka.start, infra._postgres.start, infra._redis.start])
        except BaseException:
            infra.stop()
            raise
        return infra

    @property
    def kafka_bootstrap(self) -> str:
        return f"{ports.LOOPBACK}:{self._kafka_port}"

    @property
    def database_url(self) -> str:
        return str(self._postgres.get_connection_url(driver="asyncpg"))

    @property
    def redis_url(self) -> str:
        host, port = self._redis.get_container_host_ip(), self._redis.get_exposed_port(6379)
        return f"redis://{host}:{port}/0"

    def service_env(self) -> dict[str, str]:
        return {
            "KAFKA_BOOTSTRAP_SERVERS": self.kafka_bootstrap,
            "KAFKA_IDEMPOTENCE": "true",
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
        }

    def create_database(self, name: str) -> str:
        self._psql(f'CREATE DATABASE "{name}"')
        return make_url(self.database_url).set(database=name).render_as_string(hide_password=False)

    def drop_database(self, name: str) -> None:
        self._psql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def stop(self) -> None:
        run_concurrently([self._kafka.stop, self._postgres.stop, self._redis.stop])

    def _psql(self, statement: str) -> None:
        done = self._postgres.exec(["psql", "-U", "salesbot", "-d", "postgres", "-c", statement])
        if done.exit_code != 0:
            raise RuntimeError(done.output.decode())
