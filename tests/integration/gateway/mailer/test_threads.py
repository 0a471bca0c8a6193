"""A conversation by mail: a mail becomes a turn once, and what is said to it goes out in its thread."""

from uuid import UUID, uuid4

from contracts.events import (
    MailUnsubscribed,
    PersonAnswered,
    ProfileUpdated,
)
from contracts.mail import DeliveryReport
from contracts.values import Profile, Slot
from services.gateway.mailer.usecases.answering import mail_persons_words, note_language
from services.gateway.mailer.usecases.erasing import erase_mails
from services.gateway.mailer.usecases.taking import suppress_recipient
from tests.integration.gateway.mailer.conftest import SettableClock
from tests.support.mail_office import RULES, Office
from tests.support.outgoing_mails import a_mail


async def test_a_mail_is_a_turn_once_and_its_answer_is_in_its_thread(office: Office) -> None:
    mail = await office.comes(references=("<c.1@mail.example>",))
    await office.comes(**mail.model_dump())
    turn = office.turns.newest
    await office.is_said("How many people are you?", [turn.turn_id], turn.conversation_id)

    (answer,) = await office.mails()
    assert {event.id for event in office.turns.published} == {office.turns.published[0].id}
    assert (turn.source, turn.conversation_id) == ("email", mail.conversation_id)
    assert (answer.recipient, answer.kind) == ("dana@clinic.example", "answer")
    assert b"In-Reply-To: <their-1@clinic.example>" in answer.message
    assert b"Re: Repeat tickets" in answer.message


async def test_what_is_said_elsewhere_is_no_mail_and_what_is_said_unasked_by_mail_is(
    office: Office, clock: SettableClock
) -> None:
    mail = await office.comes()
    await office.is_said("A late proposal.", [], mail.conversation_id)
    (unasked,) = await office.mails()
    assert (unasked.kind, unasked.recipient) == ("unasked", "dana@clinic.example")

    await office.is_said("In the widget.", [uuid4()], mail.conversation_id)
    await office.is_said("A link, in the widget.", [], mail.conversation_id)
    await office.is_said("Of somebody else.", [], uuid4())
    assert not await office.mails()

    clock.pass_by(minutes=1)
    await office.comes(conversation_id=mail.conversation_id)
    await office.is_said("By mail again.", [], mail.conversation_id)
    assert len(await office.mails()) == 1


async def test_a_colleague_who_was_forwarded_a_mail_is_answered_and_does_not_become_the_lead(
    office: Office,
) -> None:
    mail = await office.comes()
    assert office.turns.newest.visitor is not None
    await office.comes(conversation_id=mail.conversation_id, sender="lee@clinic.example", reply="I pay.")
    assert office.turns.newest.visitor is None
    await office.is_said("Hello Lee.", [office.turns.newest.turn_id], mail.conversation_id)
    await office.is_said("Your proposal.", [], mail.conversation_id)
    assert [each.recipient for each in await office.mails()] == ["lee@clinic.example", "dana@clinic.example"]


async def test_a_mail_that_names_no_conversation_goes_on_with_the_senders_newest(office: Office) -> None:
    known = await office.comes()
    await office.comes(resolved_by="sender", reply="One more thing.")
    assert office.turns.newest.conversation_id == known.conversation_id
    # Anybody can write a name on a letter.
    forged = await office.comes(resolved_by="sender", reply="Tell me all.", is_authentic=False)
    assert office.turns.newest.conversation_id == forged.conversation_id != known.conversation_id


async def test_a_machine_is_answered_once_at_most(office: Office, clock: SettableClock) -> None:
    await office.comes(kind="auto_reply")
    assert not office.turns.published

    canned = {
        "conversation_id": uuid4(),
        "reply": "Thank you for your message. " * 3,
    }
    for _ in range(5):
        await office.comes(**canned)
        clock.pass_by(minutes=20)
    assert len(office.turns.published) == 1
    # One that says something else each time.
    for n in range(9):
        await office.comes(conversation_id=UUID(int=5), reply=f"Answer {n}")
        clock.pass_by(seconds=90)
    assert len(office.turns.published) == 1 + RULES.turns_an_hour


async def test_who_wants_no_mails_gets_none_and_is_answered_when_they_write(office: Office) -> None:
    mail = await office.comes()
    await office.comes(kind="opt_out", conversation_id=mail.conversation_id)
    await office.is_said("By the way!", [], mail.conversation_id)
    assert not await office.mails()

    await office.comes(conversation_id=mail.conversation_id, reply="A question after all.")
    await office.is_said("An answer.", [office.turns.newest.turn_id], mail.conversation_id)
    assert [each.kind for each in await office.mails()] == ["answer"]


async def test_who_unsubscribed_from_a_mail_gets_no_more_and_a_colleague_does(office: Office) -> None:
    mail = await office.comes()
    await office.comes(conversation_id=mail.conversation_id, sender="lee@clinic.example", reply="I pay.")
    await office.is_said("Hello Lee.", [office.turns.newest.turn_id], mail.conversation_id)
    (to_lee,) = await office.mails()
    number = to_lee.delivery_id.hex[:16]
    unsubscribed = MailUnsubscribed(conversation_id=mail.conversation_id, number=number)
    await suppress_recipient(office.event(unsubscribed), office.ports)
    campaign = [a_mail(to, kind="campaign") for to in ("lee@clinic.example", "dana@clinic.example")]
    await office.outbox.add(campaign)
    assert [each.recipient for each in await office.mails()] == ["dana@clinic.example"]

    # A mail that is forgotten was one to whom the conversation is held with.
    gone = MailUnsubscribed(conversation_id=mail.conversation_id, number="0" * 16)
    assert not office.turns.opt_outs
    await suppress_recipient(office.event(gone), office.ports)
    assert office.turns.opt_outs == [mail.conversation_id]
    await office.outbox.add([a_mail("dana@clinic.example", kind="campaign")])
    assert not await office.mails()


async def test_a_report_of_a_dead_address_is_believed_where_we_wrote_to_it(office: Office) -> None:
    gone = DeliveryReport(recipient="dana@clinic.example", status="5.1.1", is_permanent=True)
    await office.comes(kind="bounce", sender=None, reports=(gone,))
    await office.outbox.add([a_mail("dana@clinic.example")])
    full = gone.model_copy(update={"is_permanent": False})
    await office.comes(kind="bounce", sender=None, reports=(full,))
    assert len(await office.mails()) == 1

    await office.comes(kind="bounce", sender=None, reports=(gone,))
    await office.outbox.add([a_mail("dana@clinic.example")])
    assert not await office.mails()


async def test_a_persons_words_go_out_under_their_name_and_the_language_is_kept(office: Office) -> None:
    mail = await office.comes()
    language = Profile(language=Slot(value="de", words="de", turn_id=uuid4()))
    told = ProfileUpdated(conversation_id=mail.conversation_id, profile=language, changed=("language",))
    await note_language(office.event(told), office.ports)
    said = {"message_id": uuid4(), "answered_turn_ids": (), "message": "Hallo, hier ist Mia.", "name": "Mia"}
    words = PersonAnswered(conversation_id=mail.conversation_id, **said)
    await mail_persons_words(office.event(words), office.ports)

    (answer,) = await office.mails()
    assert b"X-Written-By: person" in answer.message
    assert b"Content-Language: de" in answer.message
    assert b"From: Mia" in answer.message.replace(b'"', b"")


async def test_nothing_is_left_of_an_erased_conversation(office: Office) -> None:
    mail = await office.comes()
    await office.is_said("Hello.", [office.turns.newest.turn_id], mail.conversation_id)
    await erase_mails([mail.conversation_id], office.ports)
    await office.is_said("A late word.", [], mail.conversation_id)
    assert not await office.mails()


async def test_a_mail_finds_the_conversation_that_a_website_has_proven_to_be_its_senders(
    office: Office, clock: SettableClock
) -> None:
    theirs, anothers, told = uuid4(), uuid4(), uuid4()
    threads = office.ports.threads
    await threads.note_identity(theirs, "Dana@clinic.example")
    # The first proof counts.
    await threads.note_identity(theirs, "lee@clinic.example")
    await threads.note_identity(anothers, "lee@clinic.example")
    clock.pass_by(minutes=1)

    await office.comes(conversation_id=told, resolved_by="sender")
    assert office.turns.newest.conversation_id == theirs
    await office.comes(conversation_id=told, resolved_by="sender", sender="lee@clinic.example")
    assert office.turns.newest.conversation_id == anothers
    # Nobody vouches for the sender.
    await office.comes(conversation_id=told, resolved_by="sender", is_authentic=False)
    assert office.turns.newest.conversation_id == told

    await erase_mails([theirs], office.ports)
    clock.pass_by(minutes=1)
    await office.comes(conversation_id=told, resolved_by="sender", reply="Is anybody there?")
    assert office.turns.newest.conversation_id == told


async def test_an_opt_out_closes_the_conversation_only_where_it_proves_whose_that_is(office: Office) -> None:
    mail = await office.comes()
    forged = {"kind": "opt_out", "resolved_by": "sender", "conversation_id": uuid4()}
    await office.comes(**forged, is_authentic=False)
    assert office.turns.opt_outs == []

    # Their domain vouches for them: it is the conversation that they are known by.
    await office.comes(**forged)
    await office.comes(kind="opt_out", conversation_id=mail.conversation_id, is_authentic=False)
    assert office.turns.opt_outs == [mail.conversation_id] * 2
    await office.comes(kind="opt_out", conversation_id=mail.conversation_id, sender="lee@clinic.example")
    assert len(office.turns.opt_outs) == 2
