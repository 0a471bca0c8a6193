"""Demos between real streams and a real database: told in parallel, once in effect, erased for good."""

import asyncio
import random
import time
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.kafka import EventPublisher
from chassis.postgres import make_engine
from contracts.cloudevent import derive_id, originate
from contracts.events import (
    CalendarNotified,
    ConversationErased,
    DemoBooked,
    DemoCanceled,
    DemoRescheduled,
    ProfileUpdated,
)
from contracts.values import Profile, Slot
from services.booking.adapters import tables
from services.booking.settings import Settings
from tests.integration.booking.conftest import running
from tests.support.calendly_payloads import Visitor
from tests.support.streams import published
from tests.unit.booking.builders import SECRET


async def tell(gateway: EventPublisher, body: dict[str, object], key: UUID | None = None) -> None:
    """As the gateway does: what proves no conversation comes under another key, so in another lane."""
    data = CalendarNotified(conversation_id=key or uuid4(), provider="calendly", notification=body)
    event_id = derive_id(UUID(int=1), repr(body))
    await gateway.publish(originate(data, event_id=event_id, source="gateway", time=datetime.now(UTC)))


async def rows(engine: AsyncEngine, conversation_id: UUID) -> int:
    """How much is stored of a conversation."""
    count = sa.select(sa.func.count())
    async with engine.connect() as connection:
        demos = await connection.scalar(count.where(tables.demo.c.conversation_id == conversation_id))
        given = await connection.scalar(count.where(tables.invitation.c.conversation_id == conversation_id))
    return (demos or 0) + (given or 0)


@pytest.mark.parametrize("seed", range(3))
async def test_halves_of_a_new_time_that_come_in_different_lanes_are_one_demo(settings: Settings, seed: int):
    conversation_id = uuid4()
    visitor = Visitor(conversation_id, SECRET, email=f"{uuid4()}@example.com", place=str(uuid4()))
    bodies = [
        visitor.created("A"),
        visitor.canceled("A", moved_to="B"),
        visitor.created("B", instead_of="A"),
        visitor.canceled("B", instead_of="A"),
    ] * 2
    random.Random(seed).shuffle(bodies)

    async with running(settings) as gateway:
        for body in bodies:
            await tell(gateway, body)
        (moved,) = await published(settings, DemoRescheduled, conversation_id)
        (canceled,) = await published(settings, DemoCanceled, conversation_id)

    assert canceled.data.demo_id == moved.data.demo_id != moved.data.previous_demo_id
    assert len({event.id for event in await published(settings, DemoBooked, conversation_id, count=1)}) <= 1


async def test_an_address_that_is_given_later_finds_its_demo_and_an_erasure_both(settings: Settings) -> None:
    conversation_id, email = uuid4(), f"{uuid4()}@example.com"
    body = Visitor(email=email, place=str(uuid4())).created("A")
    given = Slot[str](value=email.upper(), words=email, turn_id=uuid4())
    told = ProfileUpdated(
        conversation_id=conversation_id, profile=Profile(contact_email=given), changed=("contact_email",)
    )
    erased = ConversationErased(conversation_id=conversation_id, reason="visitor", deleted={})
    engine = make_engine(settings)

    async with running(settings) as dialogue:
        await tell(dialogue, body)
        for event in (told, erased):
            await dialogue.publish(
                originate(event, event_id=uuid4(), source="dialogue", time=datetime.now(UTC))
            )
            if event is told:
                (booked,) = await published(settings, DemoBooked, conversation_id)
                assert await rows(engine, conversation_id) == 2
        deadline_s = time.monotonic() + 20
        while await rows(engine, conversation_id):
            assert time.monotonic() < deadline_s
            await asyncio.sleep(0.05)

    assert booked.data.invitee_email == email
    await engine.dispose()
