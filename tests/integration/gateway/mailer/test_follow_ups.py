"""A visitor who went silent gets one mail, where they agreed to it and nothing was heard of them since."""

import asyncio
from collections.abc import Callable
from datetime import time, timedelta
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from prometheus_client import REGISTRY
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.errors import TransientError
from chassis.signing import SignedLinks
from contracts.cloudevent import CloudEvent, Event, caused_by
from contracts.events import (
    ConversationClosed,
    ConversationStalled,
    DemoBooked,
    FollowUpAllowed,
    FollowUpRevoked,
    MailUnsubscribed,
    SpeakerChanged,
    TurnReceived,
)
from contracts.values import Consent, Stage
from services.gateway.mailer.adapters import PlaybookFollowUpWords, PostgresOutbox
from services.gateway.mailer.adapters.tables import follow_up
from services.gateway.mailer.domain import (
    Accepted,
    Deferred,
    Delivery,
    FollowUp,
    FollowUpLimits,
    QuietHours,
)
from services.gateway.mailer.ports import SentBeforeOf
from services.gateway.mailer.usecases import following_up, taking
from services.gateway.mailer.usecases.erasing import erase_mails, forget_old_mails
from services.gateway.mailer.usecases.following_up import FollowUpSender
from tests.integration.gateway.mailer.conftest import SettableClock
from tests.support.mail_office import Office
from tests.support.outgoing_mails import PACE, a_mail
from tests.support.playbooks import SHIPPED
from tests.support.waiting import until_told

DANA = "dana@clinic.example"
DAY = timedelta(days=1)
LINKS = SignedLinks(
    ("of the tests alone",),
    purpose="resume link",
    unnamed_salt="x",
    lasts=DAY,
    public_url="https://chat.example/",
)


class CaughtUp:
    """The consumers have handled everything, or what is to happen while they do so."""

    def __init__(self) -> None:
        self.meanwhile: Any = None

    async def catch_up(self) -> None:
        if self.meanwhile is not None:
            await self.meanwhile


class Reminders:
    """Conversations that stall, and the mailer that looks after them."""

    def __init__(self, engine: AsyncEngine, outbox: PostgresOutbox, clock: SettableClock) -> None:
        self.office, self.clock, self.outbox = Office(engine, outbox, clock), clock, outbox
        self.engine, self.progress, self._sequences = engine, CaughtUp(), count(1)
        assert self.office.ports.composer is not None
        self.sender = FollowUpSender(
            ports=self.office.ports,
            composer=self.office.ports.composer,
            words=PlaybookFollowUpWords(SHIPPED, LINKS),
            progress=self.progress,
            quiet=QuietHours(time(20, 0), time(8, 0)),
            limits=FollowUpLimits(per_conversation=1, per_address=1, within=30 * DAY),
        )

    def event(self, data: Event) -> CloudEvent[Any]:
        sequence = next(self._sequences)
        return caused_by(uuid4(), data, source="test", time=self.clock.now, sequence=sequence)

    async def agrees(self, conversation_id: UUID, email: str = DANA, **facts: str) -> None:
        """The visitor agrees to be mailed; told twice, as all events may be."""
        consent = Consent(**({"email": email, "wording": "One mail.", "source": "widget"} | facts))
        event = self.event(FollowUpAllowed(conversation_id=conversation_id, consent=consent))
        for _ in range(2):
            await following_up.note_consent(event, self.office.ports)

    async def stalls(self, conversation_id: UUID, *, language: str | None = None) -> None:
        """The visitor is silent for a day; told twice."""
        since = self.clock.now
        self.clock.pass_by(days=1)
        stalled = ConversationStalled(
            conversation_id=conversation_id, stage=Stage.SCOPE, silent_since=since, language=language
        )
        event = self.event(stalled)
        for _ in range(2):
            await following_up.note_silence(event, self.office.ports)

    async def happens(self, data: Event) -> None:
        """Something else is told of the conversation."""
        event, ports = self.event(data), self.office.ports
        match data:
            case TurnReceived():
                await following_up.note_turn(event, ports)
            case DemoBooked():
                await following_up.note_demo(event, ports)
            case FollowUpRevoked():
                await following_up.note_revocation(event, ports)
            case MailUnsubscribed():
                await taking.suppress_recipient(event, ports)
            case _:
                await following_up.note_progress(event, ports)

    async def mails(self) -> list[Delivery]:
        """What is sent now, after two mailers have looked at the same time."""
        await asyncio.gather(self.sender.look(), self.sender.look())
        claims = await self.outbox.claim(10, PACE)
        sent = [claim for claim in claims if await self.outbox.hand_over(claim)]
        for claim in sent:
            await self.outbox.settle(claim, Accepted("250 OK"))
        await self.sender.look()
        return [claim.delivery for claim in sent]

    async def ending(self, conversation_id: UUID) -> tuple[str, str | None]:
        """How it ended, and why."""
        query = sa.select(follow_up.c.status, follow_up.c.reason).where(
            follow_up.c.conversation_id == conversation_id
        )
        async with self.engine.begin() as connection:
            row = (await connection.execute(query)).one()
        return row.status, row.reason

    async def is_waiting(self) -> bool:
        """Whether somebody waits for a lock."""
        async with self.engine.begin() as connection:
            return bool(await connection.scalar(sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted")))


@pytest.fixture
def reminders(engine: AsyncEngine, outbox: PostgresOutbox, clock: SettableClock) -> Reminders:
    return Reminders(engine, outbox, clock)


@pytest.fixture
def visit() -> UUID:
    return uuid4()


def a_turn(conversation_id: UUID) -> TurnReceived:
    return TurnReceived(conversation_id=conversation_id, turn_id=uuid4(), message="Hello again", source="api")


def a_demo(conversation_id: UUID, clock: SettableClock) -> DemoBooked:
    at = clock.now + DAY
    return DemoBooked(
        conversation_id=conversation_id, demo_id=uuid4(), starts_at=at, ends_at=at, invitee_email=DANA
    )


async def test_who_agreed_gets_one_mail_with_a_link_and_where_they_were(
    reminders: Reminders, visit: UUID
) -> None:
    await reminders.agrees(visit)
    await reminders.stalls(visit, language="de")

    (mail,) = await reminders.mails()

    german = SHIPPED.languages["de"].mail.follow_up
    text = reminders.office.text_of(mail)
    assert (mail.recipient, mail.kind) == (DANA, "follow_up")
    assert german.stages["scope"] in text
    assert german.why_asked in text
    token = text.partition("https://chat.example/#resume=")[2].split()[0]
    assert LINKS.content(token)[0] == visit  # type: ignore[index]
    headers = reminders.office.read(mail)
    assert headers["Subject"] == german.subject.format(company=SHIPPED.company.name)
    assert (headers["Auto-Submitted"], headers["In-Reply-To"]) == ("auto-generated", None)
    assert headers["List-Unsubscribe"] is not None
    assert await reminders.ending(visit) == ("sent", None)
    # Another silence is no reason for a second one.
    await reminders.happens(a_turn(visit))
    await reminders.stalls(visit)
    assert await reminders.mails() == []
    assert await reminders.ending(visit) == ("stopped", "capped")


async def test_without_consent_nobody_is_reminded_and_with_it_only_when_silent(
    reminders: Reminders, visit: UUID
) -> None:
    await reminders.stalls(visit)
    assert await reminders.mails() == []
    assert await reminders.ending(visit) == ("stopped", "no_consent")

    await reminders.agrees(visit)
    assert len(await reminders.mails()) == 1
    await reminders.agrees(other := uuid4(), "lee@clinic.example")
    assert await reminders.mails() == []
    assert await reminders.ending(other) == ("idle", None)


Happening = Callable[[Reminders, UUID], Event]
HAPPENINGS: dict[str, Happening] = {
    "answered": lambda _, visit: a_turn(visit),
    "booked": lambda reminders, visit: a_demo(visit, reminders.clock),
    "closed": lambda _, visit: ConversationClosed(conversation_id=visit, reason="declined"),
    "person": lambda _, visit: SpeakerChanged(conversation_id=visit, speaker="person", name="Mia", fence=1),
    "revoked": lambda _, visit: FollowUpRevoked(conversation_id=visit, source="widget"),
}


@pytest.mark.parametrize("reason", HAPPENINGS)
@pytest.mark.parametrize("moment", ["not due", "consumers catch up", "queued", "on its way"])
async def test_whatever_happens_between_the_silence_and_the_last_byte_stops_it(
    reminders: Reminders, visit: UUID, reason: str, moment: str
) -> None:
    await reminders.agrees(visit)
    await reminders.stalls(visit)
    reminders.clock.pass_by(seconds=1)
    happens = reminders.happens(HAPPENINGS[reason](reminders, visit))
    if moment == "not due":
        await happens
        assert await reminders.mails() == []
    elif moment == "consumers catch up":
        reminders.progress.meanwhile = happens
        await reminders.sender.look()
        reminders.progress.meanwhile = None
        assert await reminders.mails() == []
    elif moment == "queued":
        await reminders.sender.look()
        await happens
        assert await reminders.mails() == []
    else:
        await reminders.sender.look()
        (claim,) = await reminders.outbox.claim(10, PACE)
        await happens
        assert not await reminders.outbox.hand_over(claim)
    assert await reminders.ending(visit) == ("stopped", reason)


async def test_who_unsubscribed_or_was_erased_meanwhile_gets_none(reminders: Reminders, visit: UUID) -> None:
    await reminders.agrees(visit)
    await reminders.stalls(visit)
    await reminders.agrees(other := uuid4(), "lee@clinic.example")
    await reminders.stalls(other)
    await reminders.sender.look()
    claims = {claim.delivery.conversation_id: claim for claim in await reminders.outbox.claim(10, PACE)}
    number = claims[visit].delivery.delivery_id.hex[:16]
    await reminders.happens(MailUnsubscribed(conversation_id=visit, number=number))
    await erase_mails([other], reminders.office.ports)

    assert [await reminders.outbox.hand_over(each) for each in claims.values()] == [False, False]
    with pytest.raises(sa.exc.NoResultFound):
        await reminders.ending(other)
    # Dialogue is told, and closes the conversation.
    assert reminders.office.turns.opt_outs == [visit]


async def test_a_conversation_by_mail_is_reminded_in_its_thread(reminders: Reminders) -> None:
    mail = await reminders.office.comes()
    await reminders.stalls(mail.conversation_id)

    (reminder,) = await reminders.mails()

    headers = reminders.office.read(reminder)
    assert (headers["Subject"], headers["In-Reply-To"]) == ("Re: Repeat tickets", mail.message_id)
    assert SHIPPED.mail.follow_up.why_written in reminders.office.text_of(reminder)
    assert "https://chat.example/#resume=" in reminders.office.text_of(reminder)


async def test_nobody_is_reminded_at_night_nor_when_the_night_came_before_the_server_was_back(
    reminders: Reminders, visit: UUID, clock: SettableClock
) -> None:
    # It is nine in the morning in UTC, on a Monday, and six in the evening in Tokyo.
    await reminders.agrees(visit, timezone="Asia/Tokyo")
    clock.pass_by(hours=3)
    await reminders.stalls(visit)
    assert await reminders.mails() == []
    clock.pass_by(hours=11)
    await reminders.sender.look()
    (claim,) = await reminders.outbox.claim(10, PACE)
    await reminders.outbox.settle(claim, Deferred("451 later"))
    # Eight in the evening in Tokyo.
    clock.pass_by(hours=12)
    (claim,) = await reminders.outbox.claim(10, PACE)
    assert not await reminders.outbox.hand_over(claim)
    await reminders.outbox.settle(claim, Deferred("the hand-over was denied"))
    assert await reminders.mails() == []
    clock.pass_by(hours=13)
    assert len(await reminders.mails()) == 1


async def test_one_address_is_reminded_once_of_whatever_conversation(reminders: Reminders) -> None:
    visits = [uuid4() for _ in range(3)]
    for visit in visits:
        await reminders.agrees(visit, "Dana@clinic.example" if visit == visits[0] else DANA)
        await reminders.stalls(visit)
    # It is a Monday again.
    reminders.clock.pass_by(days=4)

    assert len(await reminders.mails()) == 1

    endings = [await reminders.ending(visit) for visit in visits]
    assert sorted(endings) == [("sent", None), ("stopped", "capped"), ("stopped", "capped")]


async def test_of_two_conversations_with_one_address_one_is_decided_about_at_a_time(
    reminders: Reminders, clock: SettableClock
) -> None:
    first, second = uuid4(), uuid4()
    for visit in (first, second):
        await reminders.agrees(visit)
        await reminders.stalls(visit)
    is_begun, may_end, counted = asyncio.Event(), asyncio.Event(), list[int]()
    mail = a_mail(DANA, kind="follow_up", conversation_id=first)

    async def send(known: FollowUp, sent_before: SentBeforeOf) -> tuple[FollowUp, Delivery | None]:
        counted.append((await sent_before(DANA)).to_address)
        is_begun.set()
        await may_end.wait()
        return known.queued(clock.now + DAY), mail if known.conversation_id == first else None

    follow_ups = reminders.office.ports.follow_ups
    one = asyncio.create_task(follow_ups.decide(first, send, within=DAY))
    await is_begun.wait()
    other = asyncio.create_task(follow_ups.decide(second, send, within=DAY))
    # The other one has begun, and waits in the database.
    await until_told(reminders.is_waiting)
    may_end.set()
    await asyncio.gather(one, other)
    assert counted == [0, 1]


async def test_nothing_is_decided_while_the_consumers_are_behind(reminders: Reminders, visit: UUID) -> None:
    async def behind() -> None:
        raise TransientError("behind")

    await reminders.agrees(visit)
    await reminders.stalls(visit)
    reminders.progress.meanwhile = behind()
    reminders.clock.pass_by(hours=2)
    with pytest.raises(TransientError):
        await reminders.sender.look()
    assert REGISTRY.get_sample_value("salesbot_follow_ups_oldest_age_seconds") == 7200
    reminders.progress.meanwhile = None
    assert len(await reminders.mails()) == 1


async def test_what_is_old_is_forgotten_and_what_waits_is_not(
    reminders: Reminders, visit: UUID, clock: SettableClock
) -> None:
    await reminders.agrees(visit)
    await reminders.stalls(visit)
    await reminders.agrees(other := uuid4(), "lee@clinic.example")
    clock.pass_by(days=91)
    await forget_old_mails(reminders.office.ports, keep=90 * DAY)
    assert await reminders.ending(visit) == ("waiting", None)
    with pytest.raises(sa.exc.NoResultFound):
        await reminders.ending(other)
