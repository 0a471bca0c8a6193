"""A campaign's mail goes out once, to whom it is due, and what it said is known when it is answered."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from uuid import UUID, uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.errors import PermanentError
from contracts.cloudevent import CloudEvent, Event, originate
from contracts.events import DemoBooked, DemoNoShow, DemoRescheduled, MailRequested
from playbook import MAIL_TEMPLATES, MailTemplate
from services.gateway.mailer.adapters import (
    Composer,
    Letterhead,
    PostgresCampaigns,
    PostgresDemos,
    PostgresOutbox,
    preview_of,
    tables,
)
from services.gateway.mailer.domain import Accepted, Claim, Deferred, Refusal, Refused
from services.gateway.mailer.errors import CampaignsNotSetUp
from services.gateway.mailer.ports import Pace
from services.gateway.mailer.ports.campaigns import CampaignPorts
from services.gateway.mailer.usecases.campaigning import (
    Row,
    preview_mail,
    queue_campaign_mail,
    request_mails,
)
from services.gateway.mailer.usecases.demos import keep_booked_demo, keep_missed_demo, keep_moved_demo
from services.gateway.mailer.usecases.erasing import erase_mails, forget_recipient
from tests.integration.gateway.mailer.conftest import SettableClock
from tests.support.mail_office import TOKENS, Office
from tests.support.outgoing_mails import HASHES, PACE
from tests.support.playbooks import SHIPPED

HEAD = Letterhead(
    name="",
    address="ada@mail.example",
    domain="mail.example",
    reply_mailbox="ada@mail.example",
    public_url="https://chat.example",
    postal_address="1 Main Street, Springfield",
)
DANA, LEE = "dana@clinic.example", "lee@bakery.example"
ERASED = HASHES.campaign_conversation("spring", "gone@clinic.example")


class Requests:
    """The topic: what is asked for reaches the mailer twice, as after a crash."""

    def __init__(self) -> None:
        self.published: list[CloudEvent[MailRequested]] = []

    async def publish(self, *events: CloudEvent[Event]) -> None:
        if any(event.data.conversation_id == ERASED for event in events):
            raise PermanentError("its key was destroyed")
        self.published += events  # type: ignore[arg-type]


@dataclass
class Campaign:
    """Marketing, and a mailer that works for it."""

    ports: CampaignPorts
    requests: Requests
    outbox: PostgresOutbox
    office: Office
    clock: SettableClock

    async def ask(
        self, template: str, *addresses: str, name: str = "spring", **known: str
    ) -> list[Refusal | None]:
        rows = [Row(email=address, **known) for address in addresses]
        refusals = await request_mails(name, template, rows, self.ports, is_dry_run=False)  # type: ignore[arg-type]
        for event in (*self.requests.published, *self.requests.published):
            await queue_campaign_mail(event, self.ports)
        self.requests.published.clear()
        return refusals

    async def look(self, template: str, address: str) -> Refusal | None:
        """A dry run."""
        asked = await request_mails("spring", template, [Row(email=address)], self.ports, is_dry_run=True)  # type: ignore[arg-type]
        assert not self.requests.published
        return asked[0]

    async def send(self, pace: Pace = PACE) -> list[Claim]:
        """What is due goes out."""
        claims = await self.outbox.claim(100, pace)
        for claim in claims:
            if await self.outbox.hand_over(claim):
                await self.outbox.settle(claim, Accepted("250 OK"))
        self.clock.pass_by(minutes=1)
        return list(claims)

    async def sent(self, template: str, address: str = DANA, **known: str) -> Claim:
        """A mail that went out."""
        assert await self.ask(template, address, **known) == [None]
        (claim,) = await self.send()
        return claim

    async def report(self) -> dict[str, dict[str, int]]:
        """What is counted, zeros left out."""
        reports = await self.ports.campaigns.report("spring")
        counts = (
            *(
                "asked",
                "waiting",
                "stopped",
                "sent",
                "refused",
                "suppressed",
                "skipped",
                "answered",
                "booked",
            ),
        )
        return {
            each.template: {name: getattr(each, name) for name in counts if getattr(each, name)}
            for each in reports.templates
        }

    def tell(self, data: Event, *, after: timedelta = timedelta()) -> CloudEvent[Event]:
        return originate(data, event_id=uuid4(), source="test", time=self.clock.now + after)

    async def book(
        self,
        conversation_id: UUID,
        starts_at: datetime,
        *,
        demo_id: UUID | None = None,
        is_proven: bool = True,
    ) -> UUID:
        booked = DemoBooked(
            conversation_id=conversation_id,
            demo_id=demo_id or uuid4(),
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=30),
            invitee_email=DANA,
            timezone="Europe/Berlin",
            is_proven=is_proven,
        )
        await keep_booked_demo(self.tell(booked), self.ports.demos)  # type: ignore[arg-type]
        return booked.demo_id


def a_campaign(engine: AsyncEngine, outbox: PostgresOutbox, clock: SettableClock) -> Campaign:
    """Nothing was asked for yet."""
    requests = Requests()
    composer = Composer(HEAD, TOKENS, SHIPPED, proposal_links=None, clock=clock, dkim=None)
    ports = CampaignPorts(
        campaigns=PostgresCampaigns(engine, outbox, HASHES, clock),
        demos=PostgresDemos(engine, HASHES),
        publisher=requests,
        composer=composer,
        missing=None,
        sampler=composer,
        preview=preview_of,
        playbook=SHIPPED,
        conversation_of=HASHES.campaign_conversation,
        clock=clock,
    )
    return Campaign(ports, requests, outbox, Office(engine, outbox, clock), clock)


@pytest.fixture
def campaign(engine: AsyncEngine, outbox: PostgresOutbox, clock: SettableClock) -> Campaign:
    return a_campaign(engine, outbox, clock)


def read(claim: Claim) -> EmailMessage:
    mail = message_from_bytes(claim.delivery.message, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


async def test_a_mail_is_sent_once_however_often_it_is_asked_for(campaign: Campaign) -> None:
    assert await campaign.ask("first_touch", DANA, LEE) == [None, None]
    assert await campaign.ask("first_touch", DANA.upper(), LEE) == ["already_asked", "already_asked"]

    sent = await campaign.send()
    assert sorted(claim.delivery.recipient for claim in sent) == [DANA, LEE]
    assert await campaign.send() == []
    assert await campaign.report() == {"first_touch": {"asked": 2, "sent": 2}}
    # Another campaign is another mail, and another conversation.
    assert await campaign.ask("first_touch", DANA, name="autumn") == [None]
    (other,) = await campaign.send()
    assert other.delivery.conversation_id not in {claim.delivery.conversation_id for claim in sent}


async def test_a_dry_run_asks_for_nothing(campaign: Campaign) -> None:
    assert await campaign.look("first_touch", DANA) is None
    assert await campaign.report() == {}


async def test_the_first_mail_says_who_sent_it_and_how_to_get_no_more(campaign: Campaign) -> None:
    mail = read(await campaign.sent("first_touch", first_name="Dana", company="Müller & Söhne"))

    assert mail["Subject"] == "One office task less at Müller & Söhne"
    assert (mail["In-Reply-To"], mail["References"]) == (None, None)
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "<https://chat.example/u/" in mail["List-Unsubscribe"]
    assert (mail["X-Written-By"], mail["Auto-Submitted"]) == ("playbook", "auto-generated")
    for kind, company in (("plain", "Müller & Söhne"), ("html", "Müller &amp; Söhne")):
        body = mail.get_body((kind,))
        assert body is not None
        said = body.get_content()
        for words in (
            *("Hi Dana,", company, "2. booking appointments", "the AI assistant of Insta Agents."),
            *("Insta Agents, 1 Main Street, Springfield", "https://chat.example/u/"),
        ):
            assert words in said


async def test_who_answers_is_understood_by_what_the_mails_said(campaign: Campaign) -> None:
    first = await campaign.sent("first_touch", language="de")
    conversation_id = first.delivery.conversation_id
    await campaign.office.comes(conversation_id=conversation_id, reply="2 passt", resolved_by="address")

    turn = campaign.office.turns.newest
    assert turn.conversation_id == conversation_id
    (told,) = turn.mails
    assert (told.campaign, told.language, told.mail_id) == ("spring", "de", first.delivery.delivery_id)
    assert told.options[1] == "Termine vergeben"
    assert "2. Termine vergeben" in told.text
    assert await campaign.report() == {"first_touch": {"asked": 1, "sent": 1, "answered": 1}}
    # What was told once is not told again.
    campaign.clock.pass_by(minutes=5)
    await campaign.office.comes(
        conversation_id=conversation_id, mail_id=uuid4(), reply="We are 12.", resolved_by="address"
    )
    assert campaign.office.turns.newest.mails == ()


async def test_a_mail_that_is_not_in_the_thread_finds_the_campaign_by_its_sender(campaign: Campaign) -> None:
    first = await campaign.sent("first_touch")
    await campaign.office.comes(resolved_by="sender", reply="Yes, tell me more")
    turn = campaign.office.turns.newest
    assert turn.conversation_id == first.delivery.conversation_id
    assert len(turn.mails) == 1


async def test_a_follow_up_goes_in_the_thread_to_who_was_silent(campaign: Campaign) -> None:
    assert await campaign.ask("follow_up", DANA) == ["no_first_touch"]
    first = await campaign.sent("first_touch", company="Clinic", language="de")
    second = await campaign.sent("follow_up")

    one, two = read(first), read(second)
    assert two["Subject"] == f"Re: {one['Subject']}"
    assert two["In-Reply-To"] == two["References"] == one["Message-ID"]
    # In the language of the first one, whatever the list says now.
    assert two["Content-Language"] == "de"
    assert second.delivery.conversation_id == first.delivery.conversation_id
    await campaign.office.comes(conversation_id=first.delivery.conversation_id, resolved_by="address")
    assert [mail.text[:9] for mail in campaign.office.turns.newest.mails] == ["Guten Tag"] * 2


HAPPENINGS: dict[str, Callable[[Campaign, UUID], object]] = {
    "answered": lambda c, id_: c.office.comes(conversation_id=id_, resolved_by="address"),
    "booked": lambda c, id_: c.book(id_, c.clock.now + timedelta(days=3)),
    "suppressed": lambda c, id_: c.outbox.suppress(DANA, "opt_out"),
}


@pytest.mark.parametrize("happening", HAPPENINGS)
async def test_no_follow_up_to_who_has_answered_booked_or_wants_none(
    campaign: Campaign, happening: str
) -> None:
    first = await campaign.sent("first_touch")
    await HAPPENINGS[happening](campaign, first.delivery.conversation_id)  # type: ignore[misc]

    assert await campaign.ask("follow_up", DANA) == [happening]
    assert await campaign.send() == []
    skipped = "suppressed" if happening == "suppressed" else "skipped"
    assert (await campaign.report())["follow_up"][skipped] == 1


@pytest.mark.parametrize("happening", HAPPENINGS)
@pytest.mark.parametrize("is_claimed", [False, True])
async def test_what_happens_while_a_follow_up_waits_counts(
    campaign: Campaign, happening: str, is_claimed: bool
) -> None:
    first = await campaign.sent("first_touch")
    await campaign.ask("follow_up", DANA)
    (claim,) = await campaign.outbox.claim(10, PACE) if is_claimed else [None]
    await HAPPENINGS[happening](campaign, first.delivery.conversation_id)  # type: ignore[misc]

    if claim is not None:
        assert not await campaign.outbox.hand_over(claim)
        campaign.clock.pass_by(minutes=10)
    assert await campaign.send() == []
    skipped = "suppressed" if happening == "suppressed" else "skipped"
    assert (await campaign.report())["follow_up"][skipped] == 1


async def test_the_pace_of_a_day_holds_for_campaigns(campaign: Campaign) -> None:
    await campaign.ask("first_touch", *(f"{n}@clinic.example" for n in range(5)))
    assert len(await campaign.send(Pace(100, unanswered_a_day=3))) == 3
    assert len(await campaign.send(Pace(100, unanswered_a_day=3))) == 0
    assert (await campaign.report())["first_touch"] == {"asked": 5, "waiting": 2, "sent": 3}


async def test_after_a_demo_its_day_is_named_in_the_thread(campaign: Campaign) -> None:
    first = await campaign.sent("first_touch")
    conversation_id = first.delivery.conversation_id
    mail = await campaign.office.comes(conversation_id=conversation_id, resolved_by="address")
    # Close to midnight in Berlin.
    await campaign.book(conversation_id, datetime.fromisoformat("2026-03-03T23:30:00Z"))
    assert await campaign.look("after_demo", DANA) == "no_demo"
    campaign.clock.pass_by(days=3)

    thanks = await campaign.sent("after_demo")
    written = read(thanks)
    assert written["Subject"] == f"Re: {mail.subject}"
    assert written["In-Reply-To"] == mail.message_id
    assert thanks.delivery.conversation_id == conversation_id
    body = written.get_body(("plain",))
    assert body is not None
    assert "our demo on 4 March 2026" in body.get_content()


async def test_after_a_demo_of_the_website_a_thread_of_its_own_continues_the_conversation(
    campaign: Campaign,
) -> None:
    conversation_id = uuid4()
    await campaign.book(conversation_id, campaign.clock.now)
    campaign.clock.pass_by(days=1)
    thanks = await campaign.sent("after_demo")

    assert read(thanks)["Subject"] == "Our demo on 2 March 2026"
    assert thanks.delivery.conversation_id == conversation_id
    await campaign.office.comes(conversation_id=conversation_id, reply="It was good.", resolved_by="address")
    assert len(campaign.office.turns.newest.mails) == 1


async def test_whoever_typed_the_address_of_somebody_else_reads_nothing_of_their_demo(
    campaign: Campaign,
) -> None:
    attacker = await campaign.office.comes(sender=LEE)
    await campaign.book(attacker.conversation_id, campaign.clock.now, is_proven=False)
    campaign.clock.pass_by(days=1)
    assert await campaign.look("after_demo", LEE) == "no_demo"
    thanks = await campaign.sent("after_demo", DANA)
    # It is another conversation, so that the attacker does not read what is answered.
    assert thanks.delivery.conversation_id != attacker.conversation_id
    assert read(thanks)["Subject"] == "Our demo on 2 March 2026"


@pytest.mark.parametrize("ending", ["canceled", "moved", "missed", "missed by mistake"])
@pytest.mark.parametrize("is_before", [False, True])
async def test_no_thanks_for_a_demo_that_was_none(campaign: Campaign, ending: str, is_before: bool) -> None:
    conversation_id, demo_id, demos = uuid4(), uuid4(), campaign.ports.demos
    starts_at = campaign.clock.now

    async def end() -> None:
        facts = {"conversation_id": conversation_id, "demo_id": demo_id}
        later = starts_at + timedelta(days=30)
        moved = DemoRescheduled(
            conversation_id=conversation_id,
            previous_demo_id=demo_id,
            demo_id=uuid4(),
            starts_at=later,
            ends_at=later,
        )
        match ending:
            case "canceled":
                await demos.note_over(conversation_id, demo_id)
            case "moved":
                await keep_moved_demo(campaign.tell(moved), demos)  # type: ignore[arg-type]
            case _:
                await keep_missed_demo(campaign.tell(DemoNoShow(**facts)), demos)  # type: ignore[arg-type]
        if ending == "missed by mistake":
            mistaken = campaign.tell(DemoNoShow(**facts, is_taken_back=True), after=timedelta(hours=1))
            await keep_missed_demo(mistaken, demos)  # type: ignore[arg-type]

    if is_before:
        await end()
    await campaign.book(conversation_id, starts_at, demo_id=demo_id)
    if not is_before:
        await end()
    campaign.clock.pass_by(days=1)
    assert await campaign.ask("after_demo", DANA) == [None if ending == "missed by mistake" else "no_demo"]


async def test_a_demo_that_is_canceled_while_the_thanks_wait_is_thanked_for_no_more(
    campaign: Campaign,
) -> None:
    conversation_id = uuid4()
    demo_id = await campaign.book(conversation_id, campaign.clock.now)
    campaign.clock.pass_by(days=1)
    assert await campaign.ask("after_demo", DANA) == [None]
    await campaign.ports.demos.note_over(conversation_id, demo_id)
    assert await campaign.send() == []


@pytest.mark.parametrize("template", MAIL_TEMPLATES)
def test_a_preview_shows_any_recipient_and_reaches_none(campaign: Campaign, template: MailTemplate) -> None:
    hostile = "<img src=x onerror=alert(1)>\r\nBcc: all@clinic.example"
    row = Row(email=hostile, first_name=hostile, company=hostile, language="fr")
    shown = preview_mail(template, row, campaign.ports)
    headers = dict(shown.headers)

    assert headers["To"] == "somebody@example.com"
    assert "Bcc" not in headers
    assert ("In-Reply-To" in headers) == headers["Subject"].startswith("Re: ") == (template == "follow_up")
    for part in (shown.text, shown.html):
        assert "Bonjour," in part
        assert "onerror" not in part


async def test_lines_that_are_wrong_are_refused_and_the_others_go(campaign: Campaign) -> None:
    refusals = await campaign.ask("first_touch", "no address", "gone@clinic.example", DANA)
    assert refusals == ["bad_address", "erased", None]
    assert await campaign.ask("first_touch", LEE, language="xx-YY") == ["unknown_language"]
    assert len(await campaign.send()) == 1


async def test_nothing_is_asked_for_where_it_would_be_sent_without_its_sender(campaign: Campaign) -> None:
    campaign.ports = CampaignPorts(
        **{name: getattr(campaign.ports, name) for name in CampaignPorts.__slots__}
        | {"composer": None, "missing": "MAIL_POSTAL_ADDRESS"}
    )
    with pytest.raises(CampaignsNotSetUp, match="MAIL_POSTAL_ADDRESS"):
        await campaign.ask("first_touch", DANA)


async def test_who_is_erased_or_forgotten_gets_no_second_mail(campaign: Campaign) -> None:
    first = await campaign.sent("first_touch", first_name="Dana")
    await campaign.sent("first_touch", LEE)
    await erase_mails([first.delivery.conversation_id], campaign.office.ports)
    campaign.clock.pass_by(days=91)
    await campaign.outbox.forget_old(campaign.clock.now - timedelta(days=90))

    assert await campaign.ask("first_touch", DANA, LEE) == ["already_asked", "already_asked"]
    # What is left names nobody: neither an address nor a word of a mail.
    async with campaign.ports.campaigns._engine.connect() as connection:  # type: ignore[attr-defined]
        for table in ("campaign_mail", "thread", "delivery"):
            rows = (await connection.exec_driver_sql(f"SELECT * FROM mail.{table}")).all()
            assert not any(word in str(rows) for word in ("dana", "Dana", "lee@", "office task"))
    assert await campaign.report() == {"first_touch": {"asked": 2, "sent": 2}}


async def test_an_address_is_found_in_every_campaign_whether_or_not_it_answered(campaign: Campaign) -> None:
    silent = (await campaign.sent("first_touch")).delivery.conversation_id
    campaign.clock.pass_by(days=91)
    await campaign.outbox.forget_old(campaign.clock.now - timedelta(days=90))
    other = await campaign.sent("first_touch", LEE)
    # It waits.
    assert await campaign.ask("first_touch", DANA, name="autumn") == [None]
    written = await campaign.office.comes(sender=DANA)
    proven = uuid4()
    await campaign.office.ports.threads.note_identity(proven, DANA)

    found = await forget_recipient(f" {DANA.upper()}", campaign.office.ports, campaign.ports)

    autumn = HASHES.campaign_conversation("autumn", DANA)
    assert set(found) == {silent, autumn, written.conversation_id, proven}
    assert other.delivery.conversation_id not in found
    assert await campaign.look("first_touch", "dana@clinic.example") == "already_asked"
    await erase_mails(found, campaign.office.ports)
    assert await campaign.send() == []
    assert await campaign.ask("first_touch", DANA, LEE, name="winter") == ["suppressed", None]
    assert await campaign.report() == {"first_touch": {"asked": 2, "sent": 2}}
    async with campaign.ports.campaigns._engine.connect() as connection:  # type: ignore[attr-defined]
        for table in tables.metadata.sorted_tables:
            rows = (await connection.execute(table.select())).all()
            assert not any(word in str(rows) for word in ("dana", "Dana", "Ruiz")), table
            is_known = HASHES.of(DANA) in {value for row in rows for value in row if isinstance(value, bytes)}
            assert is_known == (table is tables.suppression)


async def test_who_was_on_no_list_may_be_put_on_one_after_they_were_erased(campaign: Campaign) -> None:
    mail = await campaign.office.comes(sender=DANA)
    assert await forget_recipient(DANA, campaign.office.ports, campaign.ports) == [mail.conversation_id]
    assert await campaign.look("first_touch", DANA) is None
    assert await forget_recipient(LEE, campaign.office.ports, campaign.ports) == []


async def test_the_numbers_of_a_campaign_stay_true_when_its_recipients_are_erased(campaign: Campaign) -> None:
    first = await campaign.sent("first_touch")
    conversation_id = first.delivery.conversation_id
    await campaign.office.comes(conversation_id=conversation_id, resolved_by="address")
    await campaign.book(conversation_id, campaign.clock.now)
    before = await campaign.report()
    assert before == {"first_touch": {"asked": 1, "sent": 1, "answered": 1, "booked": 1}}
    for _ in range(2):
        await erase_mails([conversation_id], campaign.office.ports)
    assert await campaign.report() == before


async def test_a_mail_that_waited_for_days_is_tried_as_long_as_any_other(campaign: Campaign) -> None:
    await campaign.ask("first_touch", DANA)
    campaign.clock.pass_by(days=5)
    (claim,) = await campaign.outbox.claim(10, PACE)
    await campaign.outbox.settle(claim, Deferred("451 later"))
    assert (await campaign.report())["first_touch"] == {"asked": 1, "waiting": 1}
    campaign.clock.pass_by(hours=2)
    (claim,) = await campaign.outbox.claim(10, PACE)
    await campaign.outbox.settle(claim, Refused("550 no", is_bad_address=True))
    assert (await campaign.report())["first_touch"] == {"asked": 1, "refused": 1}
    assert await campaign.ask("follow_up", DANA) == ["suppressed"]
