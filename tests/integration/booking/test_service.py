"""The whole service between two real streams, with a real cache."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from uuid import UUID, uuid4

import pytest

from chassis.kafka import EventPublisher, ensure_topics, make_broker
from chassis.redis import make_redis
from contracts.cloudevent import CloudEvent
from contracts.events import BookingLinkIssued, BookingRequested
from devstack.ports import free_port
from services.booking.adapters import RedisIssuedLinks
from services.booking.adapters.issued_links import PUBLIC_LINK_TTL_S, SINGLE_USE_TTL_S
from services.booking.domain import Link
from services.booking.errors import IssuedLinksUnavailable
from services.booking.main import build_app
from services.booking.settings import Settings
from services.booking.usecases import LinkDependencies, issue_link
from tests.support.fake_calendly import EVENT_TYPE, TOKEN, FakeCalendly, Fault
from tests.support.infrastructure import Infrastructure
from tests.support.streams import published
from tests.support.topics import SMALL_TOPICS
from tests.unit.booking import builders
from tests.unit.booking.builders import BOOKING, NOW, SECRET, ScriptedCalendar, a_request

requested = partial(builders.requested, time=datetime.now(UTC))


@pytest.fixture(scope="module")
def settings(infra: Infrastructure, redis_url: str) -> Settings:
    """Without Calendly, whatever the environment says."""
    env = {name.lower(): value for name, value in infra.service_env().items()}
    return Settings.model_validate(
        {**env, "redis_url": redis_url, "booking_secret": SECRET.decode(), "calendly_api_token": None}
    )


def with_calendly(settings: Settings, calendly: FakeCalendly) -> Settings:
    return Settings.model_validate(
        {
            **settings.model_dump(),
            "calendly_api_url": calendly.api_url,
            "calendly_api_token": TOKEN,
            "calendly_event_type": EVENT_TYPE,
        }
    )


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[EventPublisher]:
    """The service at work, and a publisher that plays dialogue."""
    await ensure_topics(settings.kafka_bootstrap_servers, SMALL_TOPICS)
    app = build_app(settings)
    broker = make_broker(settings, service="dialogue")
    async with app.router.lifespan_context(app), broker:
        await broker.start()
        yield EventPublisher(broker)


async def issued(
    settings: Settings, conversation_id: UUID, count: int = 1
) -> list[CloudEvent[BookingLinkIssued]]:
    return await published(settings.kafka_bootstrap_servers, BookingLinkIssued, conversation_id, count=count)


def a_conversation() -> BookingRequested:
    return a_request(conversation_id=uuid4())


async def test_a_request_is_answered_with_the_public_link(settings: Settings) -> None:
    event = requested(a_conversation())

    async with running(settings) as dialogue:
        await dialogue.publish(event)
        (answer,) = await issued(settings, event.data.conversation_id)

    assert answer.causation_id == event.id
    assert answer.data.turn_id == event.data.turn_id
    assert answer.data.url.startswith(
        f"{BOOKING.public_link}?name=Grace%20Hopper&email=grace%2Bdemo%40example.com&"
    )
    assert answer.data.single_use is False


async def test_a_request_delivered_twice_makes_one_single_use_link(settings: Settings) -> None:
    event = requested(a_conversation())

    async with FakeCalendly() as calendly, running(with_calendly(settings, calendly)) as dialogue:
        await dialogue.publish(event, event)
        first, second = await issued(settings, event.data.conversation_id, 2)

    assert first.data.url.startswith(f"{calendly.made[0]}?")
    assert first.data.single_use is True
    assert (first.id, first.data) == (second.id, second.data)
    assert len(calendly.requests) == 1


async def test_a_conversation_keeps_its_link_over_a_restart(settings: Settings) -> None:
    request = a_conversation()

    async with FakeCalendly() as calendly:
        async with running(with_calendly(settings, calendly)) as dialogue:
            await dialogue.publish(requested(request))
            await issued(settings, request.conversation_id)
        async with running(with_calendly(settings, calendly)) as dialogue:
            await dialogue.publish(requested(request))
            before, after = await issued(settings, request.conversation_id, 2)

    assert before.id != after.id
    assert before.data.url == after.data.url
    assert len(calendly.requests) == 1


async def test_a_visitor_gets_the_public_link_when_calendly_fails(settings: Settings) -> None:
    event = requested(a_conversation())

    async with FakeCalendly() as calendly, running(with_calendly(settings, calendly)) as dialogue:
        calendly.next(Fault.server_error())
        await dialogue.publish(event)
        (answer,) = await issued(settings, event.data.conversation_id)

    assert answer.data.url.startswith(f"{BOOKING.public_link}?")


async def test_a_foreign_link_from_the_calendar_is_not_passed_on(settings: Settings) -> None:
    event = requested(a_conversation())

    async with FakeCalendly() as calendly, running(with_calendly(settings, calendly)) as dialogue:
        calendly.next(Fault.link("https://calendly.evil.example/d/abc"))
        await dialogue.publish(event)
        (answer,) = await issued(settings, event.data.conversation_id)

    assert answer.data.url.startswith(f"{BOOKING.public_link}?")


async def test_a_visitor_gets_a_link_while_redis_is_away(settings: Settings) -> None:
    event = requested(a_conversation())
    nowhere = {**settings.model_dump(), "redis_url": f"redis://127.0.0.1:{free_port()}/0"}

    async with FakeCalendly() as calendly:
        alone = with_calendly(Settings.model_validate(nowhere), calendly)
        async with running(alone) as dialogue:
            await dialogue.publish(event)
            (answer,) = await issued(settings, event.data.conversation_id)

    assert answer.data.url.startswith(f"{calendly.made[0]}?")


async def test_issued_links_are_found_again_and_forgotten_in_time(settings: Settings) -> None:
    single_use, public = uuid4(), uuid4()
    made = Link(url="https://calendly.com/d/abc", single_use=True)

    async with make_redis(settings) as redis:
        links = RedisIssuedLinks(redis)
        await links.save(single_use, made)
        await links.save(public, Link(url=BOOKING.public_link, single_use=False))

        assert await links.find(single_use) == made
        assert await links.find(uuid4()) is None
        assert 0 < await redis.ttl(f"booking-link:{single_use}") <= SINGLE_USE_TTL_S
        assert 0 < await redis.ttl(f"booking-link:{public}") <= PUBLIC_LINK_TTL_S


async def test_a_kept_link_that_cannot_be_read_counts_as_none(settings: Settings) -> None:
    conversation_id = uuid4()

    async with make_redis(settings) as redis:
        await redis.set(f"booking-link:{conversation_id}", "not a link")

        assert await RedisIssuedLinks(redis).find(conversation_id) is None


async def test_a_redis_that_is_away_is_said_so() -> None:
    nowhere = Settings.model_validate(
        {"redis_url": f"redis://127.0.0.1:{free_port()}/0", "booking_secret": SECRET.decode()}
    )

    async with make_redis(nowhere) as redis:
        with pytest.raises(IssuedLinksUnavailable):
            await RedisIssuedLinks(redis).find(uuid4())
        with pytest.raises(IssuedLinksUnavailable):
            await RedisIssuedLinks(redis).save(uuid4(), Link(url=BOOKING.public_link, single_use=False))


async def test_a_link_made_while_redis_is_away_is_not_made_again() -> None:
    nowhere = Settings.model_validate(
        {"redis_url": f"redis://127.0.0.1:{free_port()}/0", "booking_secret": SECRET.decode()}
    )
    calendar, conversation_id = ScriptedCalendar(), uuid4()

    async with make_redis(nowhere) as redis:
        deps = LinkDependencies(
            booking=BOOKING, secret=SECRET, calendar=calendar, issued=RedisIssuedLinks(redis)
        )
        event = builders.requested(a_request(conversation_id=conversation_id))
        first = await issue_link(event, deps, clock=lambda: NOW)
        second = await issue_link(event, deps, clock=lambda: NOW)

    assert first == second
    assert calendar.asked == 1


async def test_a_link_kept_in_memory_is_given_no_longer_than_one_kept_in_redis() -> None:
    nowhere = Settings.model_validate(
        {"redis_url": f"redis://127.0.0.1:{free_port()}/0", "booking_secret": SECRET.decode()}
    )
    conversation_id, now_s = uuid4(), 0.0

    async with make_redis(nowhere) as redis:
        links = RedisIssuedLinks(redis, clock=lambda: now_s)
        with pytest.raises(IssuedLinksUnavailable):
            await links.save(conversation_id, Link(url=BOOKING.public_link, single_use=False))
        now_s = PUBLIC_LINK_TTL_S + 1.0
        with pytest.raises(IssuedLinksUnavailable):
            await links.find(conversation_id)
