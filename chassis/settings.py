"""Settings that every service shares. Read once, in `main`, from the environment."""

from ipaddress import IPv4Network, IPv6Network
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

_NAMED_RECORDS = r"^( *[^/, ]+/[^/, ]+/\d+/\d+(-\d+)? *(,|$))*$"


class ServiceSettings(BaseSettings):
    """The addresses, connections, logs and telemetry of a service."""

    model_config = SettingsConfigDict(env_ignore_empty=True, extra="ignore", frozen=True)

    http_host: str = "127.0.0.1"
    http_port: int = Field(default=8080, ge=0, le=65535)
    ops_host: str = "127.0.0.1"
    ops_port: int | None = Field(default=None, ge=0, le=65535)
    """The port of metrics and API documents; may equal `http_port`. None: not served."""
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    """Proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed: a JSON list of networks.

    Nobody else's are: otherwise whoever sends the header chooses the address that limits count.
    """
    request_timeout_s: float = Field(default=15.0, gt=0)
    """From the first byte of a request, or from the connection, to its last byte."""
    write_timeout_s: float = Field(default=20.0, gt=0)
    """How long an answer waits for a client that reads nothing of it."""
    max_header_bytes: int = Field(default=32 * 1024, gt=0)
    max_connections: int = Field(default=10_000, gt=0)
    """Of one process, with those that ask nothing; it needs as many open files."""
    log_level: str = "INFO"
    playbook_path: Path = Path("playbook.yaml")
    prompt_path: Path | None = None

    kafka_bootstrap_servers: str = "localhost:9092"
    kafka_idempotence: bool = True
    kafka_fetch_max_wait_ms: int = Field(default=500, gt=0)
    kafka_session_timeout_ms: int = Field(default=10_000, gt=0)
    kafka_rebalance_timeout_ms: int = Field(default=60_000, gt=0)

    # How many records of a topic in a row may go to the dead letters for the same reason; the next ones wait.
    park_limit: int = Field(default=5, gt=0)
    # Records to park without a try, as group/topic/partition/offset or .../first-last, joined by commas.
    park_records: str = Field(default="", pattern=_NAMED_RECORDS)

    redis_url: SecretStr = SecretStr("redis://localhost:6379/0")

    otel_exporter_otlp_endpoint: str | None = None
    shutdown_timeout_s: float = Field(default=12.0, gt=0)


class DatabaseSettings(BaseSettings):
    """The PostgreSQL of the services that store."""

    model_config = SettingsConfigDict(env_ignore_empty=True, extra="ignore", frozen=True)

    database_url: SecretStr = SecretStr("postgresql+asyncpg://salesbot:salesbot@localhost:5432/salesbot")
    database_pool_size: int = Field(default=10, gt=0)
    database_migrate_at_start: bool = True
    """Whether a service migrates its schema. Otherwise a job does, and the service waits for it."""
