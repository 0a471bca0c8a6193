"""The whole service between two real streams, with a real cache."""

from datetime import UTC, datetime
from functools import partial
from uuid import UUID, uuid4

import pytest

from chassis.kafka import telemetry
from chassis.redis import make_redis
from contracts.cloudevent import CloudEvent
from contracts.events import BookingLinkIssued
from devstack.ports import free_port
from services.booking.adapters import RedisIssuedLinks
from services.booking.adapters.issued_links import PUBLIC_LINK_TTL_S, SINGLE_USE_TTL_S
from services.booking.domain import Link
from services.booking.errors import IssuedLinksUnavailable
from services.booking.settings import Settings
from services.booking.usecases import LinkDependencies, issue_link
from tests.integration.booking.conftest import running
from tests.support.fake_calendly import FakeCalendly
from tests.support.spans import keep_spans
from tests.support.streams import published
from tests.unit.booking import builders
from tests.unit.booking.builders import BOOKING, NOW, SECRET, ScriptedCalendar, a_request

requested = partial(builders.requested, time=datetime.now(UTC))


async def issued(settings: Settings, talk: UUID, count: int = 1) -> list[CloudEvent[BookingLinkIssued]]:
    return await published(settings, BookingLinkIssued, talk, count=count)


async def test_a_request_is_answered_with_the_public_link(settings: Settings) -> None:
    event = requested(a_request(conversation_id=uuid4()))

    async with running(settings) as dialogue:
        await dialogue.publish(event)
        (answer,) = await issued(settings, event.data.conversation_id)

    known = (answer.causation_id, answer.data.turn_id, answer.data.single_use)
    assert known == (event.id, event.data.turn_id, False)
    assert answer.data.url.startswith(f"{BOOKING.public_link}?name=Grace%20Hopper&email=grace%2Bdemo%40")


async def test_a_conversation_has_one_single_use_link_delivered_twice_and_over_a_restart(settings: Settings):
    event = requested(a_request(conversation_id=uuid4()))
    identity = event.data.conversation_id

    async with FakeCalendly() as calendly:
        async with running(settings, calendly) as dialogue:
            await dialogue.publish(event, event)
            await issued(settings, identity, 2)
        async with running(settings, calendly) as dialogue:
            await dialogue.publish(requested(event.data))
            first, second, after = await issued(settings, identity, 3)

    assert first.data.url.startswith(f"{calendly.made[0]}?")
    assert (first.id, first.data) == (second.id, second.data)
    assert (first.id != after.id, after.data.url) == (True, first.data.url)
    assert len(calendly.requests) == 1


async def test_issued_links_are_found_again_and_forgotten_in_time(settings: Settings) -> None:
    single_use, public, unreadable = uuid4(), uuid4(), uuid4()
    made = Link(url="https://calendly.com/d/abc", single_use=True)

    async with make_redis(settings) as redis:
        links = RedisIssuedLinks(redis)
        await links.save(single_use, made)
        await links.save(public, Link(url=BOOKING.public_link, single_use=False))
        await redis.set(f"booking-link:{unreadable}", "not a link")

        assert await links.find(single_use) == made
        assert [await links.find(each) for each in (uuid4(), unreadable)] == [None, None]
        assert 0 < await redis.ttl(f"booking-link:{single_use}") <= SINGLE_USE_TTL_S
        assert 0 < await redis.ttl(f"booking-link:{public}") <= PUBLIC_LINK_TTL_S


async def test_the_trace_of_a_booking_is_linked_to_the_one_in_which_its_link_was_issued(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    spans, conversation_id = keep_spans(monkeypatch), uuid4()

    async with make_redis(settings) as redis:
        links = RedisIssuedLinks(redis)
        with telemetry.tracer.start_as_current_span("issue"):
            await links.save(conversation_id, Link(url=BOOKING.public_link, single_use=False))
        with telemetry.tracer.start_as_current_span("book"):
            await links.forget(conversation_id)

    issued, booked = spans.get_finished_spans()
    assert [link.context.trace_id for link in booked.links] == [issued.context.trace_id]
    assert booked.context.trace_id != issued.context.trace_id


async def test_a_link_made_while_redis_is_away_is_not_made_again_and_kept_no_longer_than_by_redis() -> None:
    where = {"redis_url": f"redis://127.0.0.1:{free_port()}/0", "booking_secret": SECRET.decode()}
    calendar, event, now_s = ScriptedCalendar(), requested(a_request(), time=NOW), 0.0

    async with make_redis(Settings.model_validate(where)) as redis:
        links = RedisIssuedLinks(redis, clock=lambda: now_s)
        deps = LinkDependencies(booking=BOOKING, secret=SECRET, calendar=calendar, issued=links)
        first, second = [await issue_link(event, deps, clock=lambda: NOW) for _ in range(2)]
        now_s = SINGLE_USE_TTL_S + 1.0
        with pytest.raises(IssuedLinksUnavailable):
            await links.find(event.data.conversation_id)

    assert (first, calendar.asked) == (second, 1)
