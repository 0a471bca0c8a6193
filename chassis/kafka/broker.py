"""The broker of a service: durable writes, manual commits, telemetry."""

from typing import Any, cast

from faststream.kafka import KafkaBroker

from chassis.data_keys import DataKeys
from chassis.kafka.cluster import KafkaCluster
from chassis.kafka.faststream_internals import remember_connection_args
from chassis.kafka.group import remember_group_limits
from chassis.kafka.parking import remember_parking_rules
from chassis.kafka.sealing import remember_sealing
from chassis.kafka.telemetry import make_telemetry_middleware
from chassis.settings import ServiceSettings


def make_broker(settings: ServiceSettings, *, service: str, keys: DataKeys | None = None) -> KafkaBroker:
    """Build the broker of `service`; nothing is connected until it is started.

    Every write waits for all in-sync replicas. Idempotence keeps order and drops doubles within a producer;
    it is switched off only for an embedded broker that lacks it. With `keys` events are sealed and opened.
    """
    cluster = KafkaCluster.of(settings)
    broker = KafkaBroker(
        cluster.bootstrap_servers,
        security=cluster.faststream_security(),
        sasl_oauth_token_provider=cluster.security.get("sasl_oauth_token_provider"),
        client_id=f"salesbot-{service}",
        acks="all",
        enable_idempotence=cluster.idempotence,
        allow_auto_create_topics=False,
        graceful_timeout=settings.shutdown_timeout_s,
        # Arguments are bound by our decoders; the framework's casting would validate twice.
        apply_types=False,
        middlewares=(cast(Any, make_telemetry_middleware(service)),),
        # Records are logged once, by the chassis, with identifiers only.
        logger=None,
    )
    remember_connection_args(broker, settings)
    remember_parking_rules(broker, settings)
    remember_group_limits(broker, settings)
    remember_sealing(broker, keys)
    return broker
