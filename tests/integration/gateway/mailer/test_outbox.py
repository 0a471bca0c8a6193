"""A mail is one process's at a time, and whatever a process dies of, it is sent again or counted as sent."""

import pytest

from services.gateway.mailer.adapters import PostgresOutbox
from services.gateway.mailer.domain import Accepted, Deferred, Refused
from services.gateway.mailer.errors import NotDoubtful, UnknownDelivery
from services.gateway.mailer.ports import DeliveryRecord, Pace
from tests.integration.gateway.mailer.conftest import SettableClock
from tests.support.outgoing_mails import LEASE, PACE, a_mail


async def only(outbox: PostgresOutbox) -> DeliveryRecord:
    """The one mail there is."""
    (record,) = await outbox.listed(doubtful=False, limit=10)
    return record


async def test_a_mail_is_queued_once_and_one_process_has_it(
    outbox: PostgresOutbox, another: PostgresOutbox
) -> None:
    mail = a_mail()
    await outbox.add([mail])
    await outbox.add([mail])

    (claim,) = await outbox.claim(10, PACE)

    assert claim.delivery == mail
    assert not await another.claim(10, PACE)
    assert await outbox.hand_over(claim)
    await outbox.settle(claim, Accepted("250 OK"))
    assert ((await only(outbox)).status, (await only(outbox)).is_doubtful) == ("sent", False)


async def test_what_a_process_held_when_it_died_is_sent_by_the_next_one(
    outbox: PostgresOutbox, another: PostgresOutbox, clock: SettableClock
) -> None:
    await outbox.add([a_mail()])
    (lost,) = await outbox.claim(10, PACE)
    await outbox.keep_claims([lost])
    clock.pass_by(seconds=LEASE.total_seconds() * 1.1)

    (again,) = await another.claim(10, PACE)

    assert again.delivery == lost.delivery
    # The one that seemed dead comes back, and may not write the end of the mail any more.
    assert not await outbox.hand_over(lost)
    assert await another.hand_over(again)


async def test_what_a_process_was_handing_over_when_it_died_counts_as_sent_and_is_doubtful(
    outbox: PostgresOutbox, another: PostgresOutbox, clock: SettableClock
) -> None:
    await outbox.add([mail := a_mail()])
    (claim,) = await outbox.claim(10, PACE)
    assert await outbox.hand_over(claim)
    clock.pass_by(seconds=LEASE.total_seconds() * 1.1)

    assert await another.settle_lost() == 1

    assert not await another.claim(10, PACE)
    assert [each.delivery_id for each in await another.listed(doubtful=True, limit=10)] == [mail.delivery_id]
    assert (await another.backlog()).doubtful == 1
    # It was only slow: what it knows counts.
    await outbox.settle(claim, Accepted("250 OK"))
    assert not (await only(outbox)).is_doubtful


async def test_an_operator_sends_again_what_is_doubtful_or_refused_and_nothing_else(
    outbox: PostgresOutbox, clock: SettableClock
) -> None:
    await outbox.add([mail := a_mail()])
    (claim,) = await outbox.claim(10, PACE)
    with pytest.raises(NotDoubtful):
        await outbox.resend(mail.delivery_id)
    assert await outbox.hand_over(claim)
    clock.pass_by(minutes=1)
    await outbox.settle_lost()

    await outbox.resend(mail.delivery_id)

    (again,) = await outbox.claim(10, PACE)
    assert again.delivery.message_id == mail.message_id
    # The first attempt is over, whatever comes of it.
    await outbox.settle(claim, Refused("550 no"))
    await outbox.settle(again, Accepted("250 OK"))
    assert (await only(outbox)).status == "sent"
    with pytest.raises(UnknownDelivery):
        await outbox.resend(a_mail().delivery_id)


async def test_a_deferred_mail_waits_longer_each_time_and_is_given_up_after_days(
    outbox: PostgresOutbox, clock: SettableClock
) -> None:
    await outbox.add([a_mail()])
    waits = []
    while (await only(outbox)).status == "waiting":
        asked_at, step_s = clock.now, 30 if len(waits) < 6 else 600
        while not (claims := await outbox.claim(1, PACE)):
            clock.pass_by(seconds=step_s)
        waits.append((clock.now - asked_at).total_seconds())
        await outbox.settle(claims[0], Deferred("451 later"))
    assert waits[:5] == [0, 30, 60, 120, 240]
    assert max(waits) == 3600
    assert 60 < len(waits) < 90
    assert (await only(outbox)).status == "refused"


async def test_nobody_is_written_to_at_an_address_that_does_not_exist(outbox: PostgresOutbox) -> None:
    await outbox.add([a_mail("gone@clinic.example"), under_way := a_mail("Gone@Clinic.example")])
    first, second = await outbox.claim(10, PACE)
    await outbox.settle(first, Refused("550 5.1.1 no such user", is_bad_address=True))

    # What is on its way by then is stopped before its end is written.
    assert not await outbox.hand_over(second)
    await outbox.settle(second, Deferred("the hand-over was denied"))
    await outbox.add([a_mail("gone@clinic.example", kind="campaign"), a_mail("else@clinic.example")])
    claimed = await outbox.claim(10, PACE)

    assert [claim.delivery.recipient for claim in claimed] == ["else@clinic.example"]
    assert under_way.delivery_id not in {claim.delivery.delivery_id for claim in claimed}


async def test_the_pace_holds_for_all_processes_together_and_answers_go_first(
    outbox: PostgresOutbox, another: PostgresOutbox, clock: SettableClock
) -> None:
    pace = Pace(per_domain_a_minute=3, unanswered_a_day=4)
    await outbox.add([a_mail(f"{n}@big.example", kind="campaign") for n in range(10)])
    await outbox.add([a_mail("answered@big.example"), a_mail("else@small.example", kind="campaign")])

    claims = [*await outbox.claim(2, pace), *await another.claim(10, pace)]

    assert [claim.delivery.kind for claim in claims[:2]].count("answer") == 1
    assert sum(claim.delivery.recipient.endswith("@big.example") for claim in claims) == 3
    for claim in claims:
        await outbox.settle(claim, Accepted("250 OK"))
    clock.pass_by(minutes=2)
    await outbox.add([a_mail("late@big.example")])
    # Three campaign mails went out before, and four a day are allowed.
    assert sorted(claim.delivery.kind for claim in await outbox.claim(10, pace)) == ["answer", "campaign"]


async def test_what_is_erased_is_not_sent_and_who_wants_none_stays_known(
    outbox: PostgresOutbox, clock: SettableClock
) -> None:
    await outbox.add([erased := a_mail("gone@clinic.example"), kept := a_mail("dana@clinic.example")])
    claims = {claim.delivery.delivery_id: claim for claim in await outbox.claim(10, PACE)}
    await outbox.erase([erased.conversation_id])

    assert not await outbox.hand_over(claims[erased.delivery_id])
    assert await outbox.hand_over(claims[kept.delivery_id])
    await outbox.settle(claims[kept.delivery_id], Refused("550 5.1.1 unknown", is_bad_address=True))
    await outbox.erase([kept.conversation_id])
    await outbox.add([a_mail("dana@clinic.example")])
    assert not await outbox.claim(10, PACE)

    clock.pass_by(days=91)
    await outbox.forget_old(clock.now)
    assert not await outbox.listed(doubtful=False, limit=10)
