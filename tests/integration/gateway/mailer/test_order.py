"""Mails of one conversation go out in the order in which they were made, whatever delays one of them."""

from datetime import timedelta
from uuid import uuid4

import pytest

from services.gateway.mailer.adapters import PostgresOutbox
from services.gateway.mailer.domain import Accepted, Claim, Deferred, Refused
from services.gateway.mailer.ports import Pace
from tests.integration.gateway.mailer.conftest import SettableClock, sending
from tests.support.mail_server import OK, MailServer
from tests.support.outgoing_mails import HASHES, LEASE, PACE, a_mail
from tests.support.waiting import until


async def claimed(outbox: PostgresOutbox, pace: Pace = PACE) -> list[Claim]:
    return list(await outbox.claim(10, pace))


async def test_the_second_mail_waits_for_the_first_one_also_when_it_is_deferred(
    outbox: PostgresOutbox, another: PostgresOutbox, clock: SettableClock
) -> None:
    first = a_mail()
    second = a_mail(conversation_id=first.conversation_id)
    await outbox.add([first, second])

    (claim,) = await claimed(outbox)
    assert claim.delivery == first
    assert not await claimed(another)
    await outbox.settle(claim, Deferred("451 later"))
    assert not await claimed(another)
    clock.pass_by(minutes=1)

    (again,) = await claimed(another)
    assert again.delivery == first
    await another.settle(again, Accepted("250 OK"))
    assert [each.delivery for each in await claimed(outbox)] == [second]


@pytest.mark.parametrize("is_handed_over", [False, True])
async def test_it_waits_for_what_a_process_was_sending_that_died(
    outbox: PostgresOutbox, another: PostgresOutbox, clock: SettableClock, is_handed_over: bool
) -> None:
    await outbox.add([first := a_mail(), second := a_mail(conversation_id=first.conversation_id)])
    (claim,) = await claimed(outbox)
    if is_handed_over:
        await outbox.hand_over(claim)
    assert not await claimed(another)
    clock.pass_by(seconds=LEASE.total_seconds() * 1.1)
    await another.settle_lost()

    (next_one,) = await claimed(another)
    assert next_one.delivery == (second if is_handed_over else first)


async def test_a_refused_mail_holds_up_no_other(outbox: PostgresOutbox) -> None:
    await outbox.add([first := a_mail(), second := a_mail(conversation_id=first.conversation_id)])
    (claim,) = await claimed(outbox)
    await outbox.settle(claim, Refused("554 no"))

    assert [each.delivery for each in await claimed(outbox)] == [second]


async def test_another_reader_and_another_conversation_do_not_wait(outbox: PostgresOutbox) -> None:
    first = a_mail()
    colleague = a_mail("kai@clinic.example", conversation_id=first.conversation_id)
    await outbox.add([first, colleague, a_mail()])

    assert len(await claimed(outbox)) == 3


async def test_no_answer_waits_for_a_mail_that_the_cap_of_a_day_holds_back(outbox: PostgresOutbox) -> None:
    conversation = {"conversation_id": uuid4()}
    unasked = a_mail(kind="unasked", **conversation)
    answer = a_mail(**conversation)
    await outbox.add([unasked, answer])

    capped = await claimed(outbox, Pace(per_domain_a_minute=100, unanswered_a_day=0))
    assert [each.delivery for each in capped] == [answer]
    await outbox.settle(capped[0], Accepted("250 OK"))
    assert [each.delivery for each in await claimed(outbox)] == [unasked]


async def test_two_mailers_and_a_greylist_send_each_conversation_in_order(
    engine, mail_server: MailServer, clock: SettableClock
) -> None:
    outbox, another = (PostgresOutbox(engine, HASHES, clock, lease=timedelta(days=1)) for _ in range(2))
    mails = [a_mail(f"{n}@clinic.example", subject="0") for n in range(3)]
    await outbox.add(mails)
    for number in range(1, 4):
        more = [
            a_mail(each.recipient, subject=str(number), conversation_id=each.conversation_id)
            for each in mails
        ]
        await outbox.add(more)
    mail_server.answers["0@clinic.example"] = ["450 4.2.0 greylisted", OK, "451 later"]
    async with sending(outbox, mail_server.url), sending(another, mail_server.url):

        def all_are_there() -> bool:
            clock.pass_by(seconds=10)
            return sum(map(len, mail_server.boxes.values())) == 12

        await until(all_are_there)
    for each in mails:
        assert mail_server.subjects(each.recipient) == ["0", "1", "2", "3"]
