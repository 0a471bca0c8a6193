"""What only asks to wait is no mail of its own when the answer follows soon."""

from uuid import UUID, uuid4

import pytest

from tests.integration.gateway.mailer.conftest import SettableClock
from tests.support.mail_office import Office

HOLDING = "I'm still working on your proposal; it will follow here in a moment."


async def is_held(office: Office, words: str) -> UUID:
    """A colleague asked, and was told to wait."""
    await office.comes()
    await office.comes(
        mail_id=uuid4(), sender="kai@clinic.example", conversation_id=office.turns.newest.conversation_id
    )
    turn = office.turns.newest
    await office.is_said(
        f"{words}\n\n{HOLDING}".strip(), [turn.turn_id], turn.conversation_id, holding=HOLDING
    )
    assert not await office.mails()
    return turn.conversation_id


@pytest.mark.parametrize("words", ["Yes, it reads PDFs.", ""])
async def test_what_asks_to_wait_is_no_mail_of_its_own_when_the_answer_follows(
    office: Office, clock: SettableClock, words: str
) -> None:
    conversation_id = await is_held(office, words)
    clock.pass_by(seconds=20)
    await office.is_said("Here is your proposal.", [], conversation_id)

    (mail,) = await office.mails()
    assert (mail.kind, mail.recipient) == ("answer", "kai@clinic.example")
    assert office.text_of(mail).startswith(f"{words}\n\nHere is your proposal.".strip())
    assert HOLDING not in office.text_of(mail)
    clock.pass_by(minutes=10)
    assert not await office.mails()


async def test_it_is_one_when_the_answer_takes_longer(office: Office, clock: SettableClock) -> None:
    conversation_id = await is_held(office, "")
    clock.pass_by(minutes=3)
    (mail,) = await office.mails()
    assert HOLDING in office.text_of(mail)

    await office.is_said("Here is your proposal.", [], conversation_id)
    (_, result) = await office.outbox.listed(doubtful=False, limit=2)
    assert result.kind == "answer"
