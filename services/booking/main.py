"""Wires the booking service and runs it."""

from contextlib import nullcontext

from fastapi import FastAPI

from chassis.asgi import Parts, make_app, serve
from chassis.data_keys import DataKeys
from chassis.kafka import make_broker
from chassis.postgres import make_engine
from chassis.redis import make_redis
from playbook import load_playbook
from services.booking.adapters import RedisIssuedLinks, make_calendar
from services.booking.consumers import subscribe
from services.booking.settings import Settings
from services.booking.usecases import LinkDependencies


def build_app(settings: Settings) -> FastAPI:
    """Assemble the service; nothing is connected until it starts."""
    booking = load_playbook(settings.playbook_path).booking
    keys = DataKeys(make_engine(settings), settings)
    broker = make_broker(settings, service="booking", keys=keys)
    redis = make_redis(settings)
    calendar = make_calendar(settings, booking)
    dependencies = LinkDependencies(
        booking=booking,
        secret=settings.booking_secret.get_secret_value().encode(),
        calendar=calendar,
        issued=RedisIssuedLinks(redis),
    )
    subscribe(broker, dependencies)
    resources = (keys, redis, calendar or nullcontext())
    parts = Parts(broker=broker, resources=resources, background=(keys.keep,))
    return make_app("booking", settings, parts)


def main() -> None:
    """Run until stopped."""
    settings = Settings()
    serve("booking", settings, lambda: build_app(settings))


if __name__ == "__main__":
    main()
