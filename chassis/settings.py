"""Settings that every service shares. Read once, in `main`, from the environment."""

from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, SecretStr, model_validator

from chassis.environment import EnvironmentSettings
from chassis.tls import client_context, require_tls_files

_NAMED_RECORDS = r"^( *[^/, ]+/[^/, ]+/\d+/\d+(-\d+)? *(,|$))*$"

# What each mechanism of SASL needs.
_SCRAM = ("kafka_sasl_username", "kafka_sasl_password")
_OAUTH = ("kafka_oauth_token_url", "kafka_oauth_client_id", "kafka_oauth_client_secret")


class KafkaSettings(EnvironmentSettings):
    """Where Kafka is, and how a process proves who it is; `chassis.kafka.cluster` makes the clients."""

    kafka_bootstrap_servers: str = "localhost:9092"
    kafka_idempotence: bool = True
    kafka_security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    kafka_sasl_mechanism: Literal["SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER"] | None = None
    kafka_sasl_username: str | None = None
    """Of SCRAM, as the password."""
    kafka_sasl_password: SecretStr | None = None
    kafka_oauth_token_url: str | None = Field(default=None, pattern=r"^https?://[^\s#]+$")
    """Of OAUTHBEARER, as the next three: where an access token is had for the client's id and secret."""
    kafka_oauth_client_id: str | None = None
    kafka_oauth_client_secret: SecretStr | None = None
    kafka_oauth_scope: str | None = None
    kafka_tls_ca_file: Path | None = None
    """PEM: the authorities that may vouch for the brokers. None: those of the system."""
    kafka_tls_cert_file: Path | None = None
    """PEM: the certificate that is shown to the brokers, where they ask for one."""
    kafka_tls_key_file: Path | None = None

    @property
    def kafka_tls_files(self) -> tuple[Path | None, Path | None, Path | None]:
        """Authorities, certificate, key."""
        return self.kafka_tls_ca_file, self.kafka_tls_cert_file, self.kafka_tls_key_file

    @model_validator(mode="after")
    def _kafka_is_whole(self) -> Self:
        protocol, mechanism = self.kafka_security_protocol, self.kafka_sasl_mechanism
        if protocol.startswith("SASL_") and mechanism is None:
            raise ValueError(f"KAFKA_SECURITY_PROTOCOL={protocol} needs KAFKA_SASL_MECHANISM")
        if not protocol.startswith("SASL_") and mechanism is not None:
            raise ValueError(f"KAFKA_SASL_MECHANISM needs KAFKA_SECURITY_PROTOCOL=SASL_SSL, not {protocol}")
        needed = () if mechanism is None else _OAUTH if mechanism == "OAUTHBEARER" else _SCRAM
        if missing := [name.upper() for name in needed if getattr(self, name) is None]:
            raise ValueError(f"KAFKA_SASL_MECHANISM={mechanism} needs {' and '.join(missing)}")
        idle = {*_SCRAM, *_OAUTH} - {*needed}
        if unused := sorted(name.upper() for name in idle if getattr(self, name) is not None):
            raise ValueError(f"{' and '.join(unused)} would not be used: KAFKA_SASL_MECHANISM={mechanism}")
        if protocol.endswith("SSL"):
            require_tls_files("KAFKA_TLS", *self.kafka_tls_files)
        elif any(self.kafka_tls_files):
            raise ValueError(f"KAFKA_TLS_*_FILE would not be used: KAFKA_SECURITY_PROTOCOL={protocol}")
        return self


class ServiceSettings(KafkaSettings):
    """The addresses, connections, logs and telemetry of a service."""

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

    kafka_fetch_max_wait_ms: int = Field(default=500, gt=0)
    kafka_session_timeout_ms: int = Field(default=10_000, gt=0)
    kafka_rebalance_timeout_ms: int = Field(default=60_000, gt=0)

    # How many queued records of one key and type a handler may get in one call, where it takes several.
    records_together: int = Field(default=10, gt=0)
    # How many records of a topic in a row may go to the dead letters for the same reason; the next ones wait.
    park_limit: int = Field(default=5, gt=0)
    # Records to park without a try, as group/topic/partition/offset or .../first-last, joined by commas.
    park_records: str = Field(default="", pattern=_NAMED_RECORDS)

    redis_url: SecretStr = SecretStr("redis://localhost:6379/0")
    """`redis://user:password@host/0`; `rediss://` with TLS, which the next three belong to."""
    redis_tls_ca_file: Path | None = None
    """PEM: the authorities that may vouch for Redis. None: those of the system."""
    redis_tls_cert_file: Path | None = None
    redis_tls_key_file: Path | None = None

    otel_exporter_otlp_endpoint: str | None = None
    shutdown_timeout_s: float = Field(default=12.0, gt=0)

    @model_validator(mode="after")
    def _redis_is_whole(self) -> Self:
        files = (self.redis_tls_ca_file, self.redis_tls_cert_file, self.redis_tls_key_file)
        if self.redis_url.get_secret_value().startswith("rediss://"):
            require_tls_files("REDIS_TLS", *files)
        elif any(files):
            raise ValueError("REDIS_TLS_*_FILE would not be used: REDIS_URL does not begin with rediss://")
        return self


class DatabaseSettings(EnvironmentSettings):
    """The PostgreSQL of the services that store."""

    database_url: SecretStr = SecretStr("postgresql+asyncpg://salesbot:salesbot@localhost:5432/salesbot")
    database_pool_size: int = Field(default=10, gt=0)
    database_migrate_at_start: bool = True
    """Whether a service migrates its schema. Otherwise a job does, and the service waits for it."""
    database_tls_ca_file: Path | None = None
    """PEM: the authorities that may vouch for PostgreSQL, whose certificate and name are then checked."""
    database_tls_cert_file: Path | None = None
    """PEM: the certificate that is shown to PostgreSQL, where it asks for one."""
    database_tls_key_file: Path | None = None

    @classmethod
    def at(cls, database_url: str) -> Self:
        """Those of the environment, with another address."""
        return cls(database_url=SecretStr(database_url))

    @property
    def database_connect_args(self) -> dict[str, Any]:
        """What the driver is given beside the URL."""
        if self.database_tls_ca_file is None:
            return {}
        return {"ssl": client_context(*self._database_tls_files)}

    @property
    def _database_tls_files(self) -> tuple[Path | None, Path | None, Path | None]:
        return self.database_tls_ca_file, self.database_tls_cert_file, self.database_tls_key_file

    @model_validator(mode="after")
    def _database_is_whole(self) -> Self:
        require_tls_files("DATABASE_TLS", *self._database_tls_files)
        if self.database_tls_ca_file is None and self.database_tls_cert_file is not None:
            raise ValueError("DATABASE_TLS_CERT_FILE needs DATABASE_TLS_CA_FILE")
        return self
