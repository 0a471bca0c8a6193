"""A mail that a machine may have written waits for a person; one that names a mail of ours ends a doubt."""

from uuid import uuid4

import httpx2
import pytest
from fastapi import FastAPI

from chassis.problems import install_problem_handlers
from services.gateway.mailer.api.mails import mail_routes
from services.gateway.mailer.domain import Unanswered
from tests.integration.gateway.mailer.conftest import SettableClock
from tests.support.mail_office import Office
from tests.support.outgoing_mails import PACE

LONG = "We have twenty-two people in three places, and most of them answer the telephone all day long."


async def asked(office: Office, method: str, path: str) -> httpx2.Response:
    app = FastAPI()
    install_problem_handlers(app)
    app.include_router(mail_routes(office.ports))
    transport = httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://mailer") as client:
        return await client.request(method, path)


async def is_parked(office: Office, clock: SettableClock) -> str:
    """Somebody answered faster than anybody can type; the id of that mail."""
    await office.comes()
    turn = office.turns.newest
    await office.is_said("How many are you?", [turn.turn_id], turn.conversation_id)
    await office.mails()
    clock.pass_by(seconds=9)
    mail = await office.comes(
        mail_id=uuid4(), conversation_id=turn.conversation_id, reply=LONG, in_reply_to=None
    )
    assert office.turns.newest == turn
    return str(mail.mail_id)


async def test_what_is_parked_is_listed_and_answered_when_a_person_says_so(
    office: Office, clock: SettableClock
) -> None:
    mail_id = await is_parked(office, clock)
    (listed,) = (await asked(office, "GET", "/mails/parked")).json()
    assert (listed["mail_id"], listed["ending"], listed["text"]) == (mail_id, "too_fast", LONG)

    for _ in range(2):
        assert (await asked(office, "POST", f"/mails/parked/{mail_id}/answer")).status_code == 202

    turn = office.turns.newest
    assert (turn.message, turn.source) == (LONG, "email")
    assert (await asked(office, "GET", "/mails/parked")).json() == []
    await office.is_said("Thank you.", [turn.turn_id], turn.conversation_id)
    assert len(await office.mails()) == 1


async def test_after_one_that_is_parked_the_next_waits_and_after_a_release_it_does_not(
    office: Office, clock: SettableClock
) -> None:
    mail_id = await is_parked(office, clock)
    before = office.turns.newest
    clock.pass_by(hours=2)
    await office.comes(mail_id=uuid4(), conversation_id=before.conversation_id, reply="And?")
    assert office.turns.newest == before

    await asked(office, "POST", f"/mails/parked/{mail_id}/answer")
    clock.pass_by(hours=2)
    await office.comes(mail_id=uuid4(), conversation_id=before.conversation_id, reply="Still there?")
    assert office.turns.newest.message == "Still there?"


async def test_only_what_is_parked_can_be_answered(office: Office) -> None:
    mail = await office.comes(sender="ada@mail.example")
    assert (await asked(office, "POST", f"/mails/parked/{mail.mail_id}/answer")).status_code == 409
    assert (await asked(office, "POST", f"/mails/parked/{uuid4()}/answer")).status_code == 404


@pytest.mark.parametrize("named", ["in_reply_to", "references", "returned_message_id"])
@pytest.mark.parametrize("kind", ["human_reply", "auto_reply", "bounce"])
async def test_a_doubt_ends_when_a_mail_names_ours(office: Office, named: str, kind: str) -> None:
    await office.comes()
    turn = office.turns.newest
    await office.is_said("How many are you?", [turn.turn_id], turn.conversation_id)
    (claim,) = await office.outbox.claim(1, PACE)
    await office.outbox.hand_over(claim)
    await office.outbox.settle(claim, Unanswered("no answer"))
    assert (await office.outbox.backlog()).doubtful == 1
    await office.comes(mail_id=uuid4(), kind=kind, in_reply_to="<another@mail.example>")
    assert (await office.outbox.backlog()).doubtful == 1

    ours = claim.delivery.message_id
    names = {named: (ours,) if named == "references" else ours}
    await office.comes(mail_id=uuid4(), kind=kind, **names)

    assert (await office.outbox.backlog()).doubtful == 0
