"""A campaign that is stopped sends nothing more, whenever it is stopped and whatever dies meanwhile."""

from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.clock import utc_now
from services.gateway.mailer.adapters import PostgresCampaigns, PostgresOutbox
from services.gateway.mailer.domain import Deferred, TemplateReport
from services.gateway.mailer.errors import CampaignStopped
from services.gateway.mailer.usecases.erasing import erase_mails
from tests.integration.gateway.mailer.conftest import SettableClock, sending
from tests.integration.gateway.mailer.test_campaigns import DANA, LEE, Campaign, a_campaign
from tests.integration.gateway.mailer.test_kill_nine import Victim
from tests.support.mail_server import MailServer
from tests.support.outgoing_mails import HASHES, LEASE, PACE, a_mail
from tests.support.waiting import until, until_told

MANY = 10_000
# Mails of a campaign, as they are when they were asked for; a stop does not read what they say.
QUEUED = sa.text(
    """
    WITH mails AS (
        INSERT INTO mail.campaign_mail (mail_id, conversation_id, campaign, template, status, requested_at)
        SELECT gen_random_uuid(), gen_random_uuid(), 'spring', 'first_touch', 'waiting', :now
        FROM generate_series(1, :mails) RETURNING mail_id, conversation_id
    )
    INSERT INTO mail.delivery (
        delivery_id, conversation_id, kind, sender, recipient, recipient_hash, domain, message_id, message,
        queued_at, due_at
    )
    SELECT mail_id, conversation_id, 'campaign', :sender, mail_id || '@many.example',
        sha256(mail_id::text::bytea), 'many.example', '<' || mail_id || '@mail.example>', :message, :now, :now
    FROM mails
    """
)


@pytest.fixture
def campaign(engine: AsyncEngine, outbox: PostgresOutbox, clock: SettableClock) -> Campaign:
    return a_campaign(engine, outbox, clock)


async def queue_many(engine: AsyncEngine, mails: int) -> None:
    mail = a_mail()
    given = {"mails": mails, "now": utc_now(), "sender": mail.sender, "message": mail.message}
    async with engine.begin() as connection:
        await connection.execute(QUEUED, given)


async def test_what_waits_is_held_back_and_goes_on_when_the_campaign_does(campaign: Campaign) -> None:
    campaigns = campaign.ports.campaigns
    await campaign.sent("first_touch", DANA)
    assert await campaign.ask("first_touch", LEE) == [None]
    await campaigns.stop("spring", "kim")
    assert await campaign.report() == {"first_touch": {"asked": 2, "stopped": 1, "sent": 1}}
    assert await campaign.send() == []
    assert await campaign.report() == {"first_touch": {"asked": 2, "stopped": 1, "sent": 1}}
    # Whoever stopped it first did, and another campaign is not stopped.
    campaign.clock.pass_by(hours=1)
    await campaigns.stop("spring", "lou")
    stop = await campaigns.stop_of("spring")
    assert stop and (stop.stopped_by, campaign.clock.now - stop.stopped_at) == ("kim", timedelta(minutes=61))
    assert await campaign.ask("first_touch", DANA, name="autumn") == [None]
    assert len(await campaign.send()) == 1

    with pytest.raises(CampaignStopped, match=r"stopped by kim, 2026-03-02 09:01 UTC: .*resume spring"):
        await campaign.ask("follow_up", DANA)
    await campaigns.resume("spring")
    await campaigns.resume("spring")
    (resumed,) = await campaign.send()
    assert resumed.delivery.recipient == LEE
    assert await campaign.ask("follow_up", DANA) == [None]
    assert await campaigns.stop_of("spring") is None


async def test_what_was_on_its_way_to_the_mailer_is_held_back_too(campaign: Campaign) -> None:
    requests = campaign.requests
    ask = requests.publish

    async def stopped_behind(*events: object) -> None:
        await ask(*events)  # type: ignore[arg-type]
        await campaign.ports.campaigns.stop("spring", "kim")

    requests.publish = stopped_behind  # type: ignore[method-assign,assignment]
    assert await campaign.ask("first_touch", DANA) == [None]
    assert await campaign.send() == []
    assert await campaign.report() == {"first_touch": {"asked": 1, "stopped": 1}}


async def test_a_claimed_mail_is_not_handed_over_and_answers_still_are(campaign: Campaign) -> None:
    first = await campaign.sent("first_touch", DANA)
    await campaign.ask("first_touch", LEE)
    (claim,) = await campaign.outbox.claim(10, PACE)
    await campaign.ports.campaigns.stop("spring", "kim")
    assert not await campaign.outbox.hand_over(claim)
    await campaign.outbox.settle(claim, Deferred("the hand-over was denied"))
    turn_id = uuid4()
    mail = await campaign.office.comes(
        conversation_id=first.delivery.conversation_id, resolved_by="address", mail_id=turn_id
    )
    assert mail.mail_id == turn_id
    turn = campaign.office.turns.newest
    await campaign.office.is_said("Gladly.", [turn.turn_id], turn.conversation_id)
    (answer,) = await campaign.send()
    assert (answer.delivery.kind, answer.delivery.recipient) == ("answer", DANA)


async def test_what_was_held_back_is_forgotten_and_erased_as_any_other_mail(campaign: Campaign) -> None:
    await campaign.ask("first_touch", DANA, LEE)
    await campaign.ports.campaigns.stop("spring", "kim")
    await campaign.send()
    dana = HASHES.campaign_conversation("spring", DANA)
    await erase_mails([dana], campaign.office.ports)
    campaign.clock.pass_by(days=91)
    await campaign.outbox.forget_old(campaign.clock.now - timedelta(days=90))
    await campaign.ports.campaigns.resume("spring")
    assert await campaign.send() == []
    assert await campaign.report() == {"first_touch": {"asked": 2, "stopped": 2}}


async def counted_of(campaigns: PostgresCampaigns) -> TemplateReport:
    (counted,) = (await campaigns.report("spring")).templates
    return counted


async def nothing_waits(campaigns: PostgresCampaigns) -> bool:
    return (await counted_of(campaigns)).waiting == 0


@pytest.mark.slow
async def test_a_stop_takes_effect_at_once_with_ten_thousand_mails_waiting(
    engine: AsyncEngine, mail_server: MailServer, tmp_path: Path
) -> None:
    """While mailers send, and are killed."""
    outbox = PostgresOutbox(engine, HASHES, utc_now, lease=LEASE)
    campaigns = PostgresCampaigns(engine, outbox, HASHES, utc_now)
    await queue_many(engine, MANY)
    database_url = engine.url.render_as_string(hide_password=False)
    victim = Victim(database_url, mail_server.url, 4, tmp_path)
    victim.live()
    await until(lambda: len(mail_server.boxes) >= 8, within_s=60)
    await campaigns.stop("spring", "kim")
    victim.kill()
    sent = len(mail_server.boxes)
    # What was handed over in this moment is sent, by the mailer that is killed or the next one.
    async with sending(outbox, mail_server.url):
        await until_told(lambda: nothing_waits(campaigns), within_s=60)
    assert len(mail_server.boxes) - sent <= 4
    counted = await counted_of(campaigns)
    assert counted.asked == MANY
    assert counted.stopped + counted.sent == MANY
    assert counted.sent - len(mail_server.boxes) in {0, 1, 2, 3, 4}
    assert {len(box) for box in mail_server.boxes.values()} == {1}

    await campaigns.resume("spring")
    async with sending(outbox, mail_server.url):
        sent = len(mail_server.boxes)
        await until(lambda: len(mail_server.boxes) > sent + 4, within_s=60)
    assert {len(box) for box in mail_server.boxes.values()} == {1}
