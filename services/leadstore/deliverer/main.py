"""Wires the deliverer and runs it."""

from fastapi import FastAPI

from chassis.asgi import Parts, make_app, serve
from chassis.clock import utc_now
from chassis.kafka import make_broker
from chassis.lifecycle import every, migrated
from chassis.postgres import make_engine, ping
from services.leadstore.deliverer import adapters
from services.leadstore.deliverer.adapters import tables
from services.leadstore.deliverer.api import make_router
from services.leadstore.deliverer.consumers import subscribe
from services.leadstore.deliverer.domain import RetryPlan
from services.leadstore.deliverer.migrations import LOCATION
from services.leadstore.deliverer.settings import Settings
from services.leadstore.deliverer.usecases import Dispatcher, DispatchPolicy, count_deliveries

_COUNT_EVERY_S = 15.0
_DESCRIPTION = "Who is told of leads outside Kafka, and what became of it. For services inside the cluster."


def build_app(settings: Settings) -> FastAPI:
    """Assemble the process; nothing is connected until it starts."""
    engine, ports = make_engine(settings), settings.delivery_laptop_ports
    # The one topic that it reads is not sealed.
    broker = make_broker(settings, service="deliverer")
    subscriptions = adapters.PostgresSubscriptions(engine, adapters.SubscriptionSeal(settings))
    deliveries = adapters.PostgresDeliveries(engine)
    receivers = adapters.HttpReceivers(
        timeout_s=settings.delivery_timeout_s,
        connections=settings.delivery_concurrency,
        laptop_ports=ports,
        clock=utc_now,
        public_url=settings.public_url,
    )
    policy = DispatchPolicy(
        timeout_s=settings.delivery_timeout_s,
        concurrency=settings.delivery_concurrency,
        retries=RetryPlan(settings.delivery_retry_delays_s),
    )
    dispatcher = Dispatcher(subscriptions, deliveries, receivers, policy)
    subscribe(broker, deliveries, dispatcher)
    parts = Parts(
        broker=broker,
        resources=(migrated(engine, settings, script_location=LOCATION, schema=tables.SCHEMA),),
        probes={"database": lambda: ping(engine)},
        background=(dispatcher.run, every(_COUNT_EVERY_S, lambda: count_deliveries(subscriptions))),
    )
    manage = make_router(subscriptions, deliveries, dispatcher.refresh, clock=utc_now, laptop_ports=ports)
    return make_app("deliverer", settings, parts, routers=[manage], description=_DESCRIPTION)


def main() -> None:
    """Run until stopped."""
    settings = Settings()
    serve("deliverer", settings, lambda: build_app(settings))


if __name__ == "__main__":
    main()
