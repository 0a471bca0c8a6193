"""Wires the booking service and runs it."""

from contextlib import nullcontext
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
from services.booking import adapters
from services.booking.adapters import tables
from services.booking.consumers import subscribe
from services.booking.migrations import LOCATION
from services.booking.settings import Settings
from services.booking.usecases import DemoDependencies, LinkDependencies, erase_again, forget_unmatched


def build_app(settings: Settings) -> FastAPI:
    """Assemble the service; nothing is connected until it starts."""
    booking = load_playbook(settings.playbook_path).booking
    keys = DataKeys(engine := make_engine(settings), settings)
    broker, redis = make_broker(settings, service="booking", keys=keys), make_redis(settings)
    outbox = Outbox(engine, tables.outbox, EventPublisher(broker))
    calendar = adapters.make_calendar(settings, booking)
    issued = adapters.RedisIssuedLinks(redis)
    links = LinkDependencies(
        booking=booking,
        secret=settings.secret(),
        calendar=calendar,
        issued=issued,
    )
    demos = DemoDependencies(
        store=adapters.PostgresDemoStore(engine, outbox, keys),
        issued=issued,
        announcer=outbox,
        readers=adapters.READERS,
        secret=settings.secret(),
        clock=utc_now,
        event_types=settings.event_types(booking),
    )
    subscribe(broker, links, demos)
    database = migrated(engine, settings, script_location=LOCATION, schema=tables.SCHEMA)
    erasures = ErasureLog(engine, tables.erasure_position, settings, partial(erase_again, dependencies=demos))
    forget = partial(forget_unmatched, settings.unmatched_kept(), demos)
    parts = Parts(
        broker=broker,
        resources=(database, redis, calendar or nullcontext()),
        probes={"database": partial(ping, engine), "erasures": erasures.probe},
        background=(keys.keep, outbox.run_sweeper, erasures.run, every(600, forget)),
    )
    return make_app("booking", settings, parts)


def main() -> None:
    """Run until stopped."""
    settings = Settings()
    serve("booking", settings, lambda: build_app(settings))


if __name__ == "__main__":
    main()
