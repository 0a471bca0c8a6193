"""A Kafka cluster as a process reaches it; every client of it is made here, and so none forgets who it is.

aiokafka does not authenticate an open connection again (KIP-368): a broker with `connections.max.reauth.ms`
closes it at that time, or when its token ends, and the client connects anew with a new token.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.conn import create_conn
from aiokafka.errors import KafkaError
from faststream.security import (
    BaseSecurity,
    SASLOAuthBearer,
    SASLScram256,
    SASLScram512,
)

from chassis.errors import SalesbotError, TransientError, reason_for
from chassis.kafka.tokens import ClientCredentials
from chassis.settings import KafkaSettings
from chassis.tls import client_context

# A port that speaks something else may never answer.
_CHECK_TIMEOUT_MS = 10_000
_SCRAM = {"SCRAM-SHA-256": SASLScram256, "SCRAM-SHA-512": SASLScram512}


class ClusterUnreachable(TransientError):
    """No broker takes our connection; the message says why."""


@dataclass(frozen=True, slots=True)
class KafkaCluster:
    """Where a cluster is, and what each of its clients is given; `at` is for one without security."""

    bootstrap_servers: str
    idempotence: bool = True
    security: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @classmethod
    def at(cls, bootstrap_servers: str, *, idempotence: bool = True) -> Self:
        """A cluster that asks nobody who he is, such as that of a laptop."""
        return cls(bootstrap_servers, idempotence)

    @classmethod
    def of(cls, settings: KafkaSettings) -> Self:
        """The cluster of the settings; reads the files of certificates."""
        return cls(settings.kafka_bootstrap_servers, settings.kafka_idempotence, _security(settings))

    def admin(self, client_id: str) -> AIOKafkaAdminClient:
        """A client that asks about topics and groups, not started."""
        return AIOKafkaAdminClient(
            bootstrap_servers=self.bootstrap_servers, client_id=client_id, **self.security
        )

    def consumer(self, *topics: str, client_id: str, **how: Any) -> AIOKafkaConsumer:
        """A client that reads, in no group unless it is given one, not started."""
        return AIOKafkaConsumer(
            *topics, bootstrap_servers=self.bootstrap_servers, client_id=client_id, **self.security, **how
        )

    def producer(self, client_id: str, **how: Any) -> AIOKafkaProducer:
        """A client that writes to all replicas, not started."""
        return AIOKafkaProducer(
            bootstrap_servers=self.bootstrap_servers,
            client_id=client_id,
            acks="all",
            enable_idempotence=self.idempotence,
            **self.security,
            **how,
        )

    def faststream_security(self) -> BaseSecurity | None:
        """The same for the clients that FastStream makes, which is given the token provider beside it."""
        mechanism, context = self.security.get("sasl_mechanism"), self.security.get("ssl_context")
        if not self.security:
            return None
        if mechanism in _SCRAM:
            user, password = self.security["sasl_plain_username"], self.security["sasl_plain_password"]
            return _SCRAM[mechanism](user, password, ssl_context=context)
        return SASLOAuthBearer(ssl_context=context) if mechanism else BaseSecurity(ssl_context=context)

    async def check(self) -> None:
        """Connect to any broker as we are going to, and disconnect.

        Raises:
            ClusterUnreachable: none takes the connection, or does not take us for who we say we are.
        """
        reasons: dict[str, None] = {}
        for server in self.bootstrap_servers.split(","):
            host, _, port = server.strip().rpartition(":")
            try:
                connection = await create_conn(
                    host.strip("[]"),
                    int(port),
                    client_id="salesbot-check",
                    request_timeout_ms=_CHECK_TIMEOUT_MS,
                    **self.security,
                )
            except (KafkaError, SalesbotError, OSError) as error:
                reasons[_reason(error)] = None
            else:
                connection.close()
                return
        raise ClusterUnreachable("; ".join(reasons))


def _reason(error: Exception) -> str:
    """Why, without data: what a broker says of a password or a certificate is a class of its own."""
    verification = getattr(error, "verify_message", None)
    return f"{reason_for(error)}: {verification}" if verification else reason_for(error)


def _security(settings: KafkaSettings) -> dict[str, Any]:
    protocol, mechanism = settings.kafka_security_protocol, settings.kafka_sasl_mechanism
    if protocol == "PLAINTEXT":
        return {}
    arguments: dict[str, Any] = {"security_protocol": protocol}
    if protocol.endswith("SSL"):
        arguments["ssl_context"] = client_context(*settings.kafka_tls_files)
    if mechanism is None:
        return arguments
    arguments["sasl_mechanism"] = mechanism
    if mechanism == "OAUTHBEARER":
        assert settings.kafka_oauth_token_url is not None
        assert settings.kafka_oauth_client_id is not None
        assert settings.kafka_oauth_client_secret is not None
        arguments["sasl_oauth_token_provider"] = ClientCredentials(
            settings.kafka_oauth_token_url,
            settings.kafka_oauth_client_id,
            client_secret=settings.kafka_oauth_client_secret,
            scope=settings.kafka_oauth_scope,
        )
    else:
        assert settings.kafka_sasl_password is not None
        arguments["sasl_plain_username"] = settings.kafka_sasl_username
        arguments["sasl_plain_password"] = settings.kafka_sasl_password.get_secret_value()
    return arguments
