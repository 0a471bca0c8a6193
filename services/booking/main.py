"""Wires the booking service and runs it."""

from functools import partial

from fastapi import FastAPI

from chassis.asgi import Parts, make_app, serve
from chassis.clock import utc_now
from chassis.data_keys import DataKeys
from chassis.erasure_log import ErasureLog
from chassis.kafka import EventPublisher, make_broker
from chassis.lifecycle import every, migrated
from chassis.outbox import Outbox
from chassis.postgres import make_engine, ping
from chassis.redis import make_redis
from playbook import load_playbook
from services.booking import adapters, usecases
from services.booking.adapters import tables
from services.booking.api import make_router
from services.booking.consumers import subscribe
from services.booking.migrations import LOCATION
from services.booking.settings import Settings


def build_app(settings: Settings) -> FastAPI:
    """Assemble the service; nothing is connected until it starts."""
    booking = load_playbook(settings.playbook_path).booking
    keys = DataKeys(engine := make_engine(settings), settings)
    broker, redis = make_broker(settings, service="booking", keys=keys), make_redis(settings)
    outbox = Outbox(engine, tables.outbox, EventPublisher(broker))
    apis, issued = adapters.make_calendar_apis(settings), adapters.RedisIssuedLinks(redis)
    calendar, secret = adapters.make_calendar(apis, settings, booking), settings.secret()
    links = usecases.LinkDependencies(booking=booking, secret=secret, calendar=calendar, issued=issued)
    demos = usecases.DemoDependencies(
        store=adapters.PostgresDemoStore(engine, outbox, keys),
        issued=issued,
        announcer=outbox,
        readers=adapters.READERS,
        secret=secret,
        clock=utc_now,
        event_types=settings.event_types(booking),
    )
    subscribe(broker, links, demos)
    database = migrated(engine, settings, script_location=LOCATION, schema=tables.SCHEMA)
    again = partial(usecases.erase_again, dependencies=demos)
    erasures = ErasureLog(engine, tables.erasure_position, settings, again)
    forget = partial(usecases.forget_unmatched, settings.unmatched_kept(), demos)
    records = adapters.make_records(apis, settings)
    looking = [usecases.Reconciliation(each, demos).run for each in records]
    reading = (every(settings.calendar_reconcile_s, look) for look in looking)
    parts = Parts(
        broker=broker,
        resources=(database, redis, *apis.values()),
        probes={"database": partial(ping, engine), "erasures": erasures.probe},
        background=(keys.keep, outbox.run_sweeper, erasures.run, every(600, forget), *reading),
    )
    return make_app("booking", settings, parts, routers=[make_router(demos)])


def main() -> None:
    """Run until stopped."""
    settings = Settings()
    serve("booking", settings, lambda: build_app(settings))


if __name__ == "__main__":
    main()
