"""Booking as it runs, and a publisher that plays the other services."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from chassis.kafka import EventPublisher, KafkaCluster, ensure_topics, make_broker
from services.booking.main import build_app
from services.booking.settings import Settings
from tests.support.fake_calendly import EVENT_TYPE, TOKEN, FakeCalendly
from tests.support.infrastructure import Infrastructure
from tests.support.topics import SMALL_TOPICS
from tests.unit.booking.builders import SECRET


@pytest.fixture(scope="module")
def settings(infra: Infrastructure, redis_url: str) -> Settings:
    """Without Calendly, whatever the environment says."""
    env = {name.lower(): value for name, value in infra.service_env().items()}
    own = {"redis_url": redis_url, "booking_secret": SECRET.decode(), "calendly_api_token": None}
    return Settings.model_validate(env | own)


@asynccontextmanager
async def running(settings: Settings, calendly: FakeCalendly | None = None) -> AsyncIterator[EventPublisher]:
    """The service at work, and a publisher that plays dialogue."""
    await ensure_topics(KafkaCluster.at(settings.kafka_bootstrap_servers), SMALL_TOPICS)
    if calendly is not None:
        own = {"calendly_api_token": TOKEN, "calendly_event_type": EVENT_TYPE}
        known = {**settings.model_dump(), "calendly_api_url": calendly.api_url, **own}
        settings = Settings.model_validate(known)
    app = build_app(settings)
    broker = make_broker(settings, service="dialogue")
    async with app.router.lifespan_context(app), broker:
        await broker.start()
        yield EventPublisher(broker)
