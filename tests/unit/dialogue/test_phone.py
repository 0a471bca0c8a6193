"""A telephone number: read where it clearly is one, kept as it was written, and never shown in public."""

import pytest

from contracts.values import Profile
from playbook.public_words import PublicWords
from playbook.reading.contact import phone_numbers
from playbook.reading.meaning import WHAT_IS_NOTED, Intent, SlotUpdate, Understanding
from playbook.reading.reader import understand
from playbook.reading.talk import Message
from playbook.reading.updates import apply_updates
from services.dialogue.domain.conversation import Conversation, with_booking_link, with_messages
from services.dialogue.domain.results import person_text
from services.dialogue.domain.turn import decide_turn
from tests.unit.dialogue.guided_talk import (
    CONVERSATION,
    LANGUAGES,
    LINK,
    PLAYBOOK,
    GuidedTalk,
    up_to_the_proposal,
    update,
)


@pytest.mark.parametrize(
    ("message", "numbers"),
    [
        ("My number is 0117 496 0123, thanks", ["0117 496 0123"]),
        ("+49 (0)871 / 123 45 67", ["+49 (0)871 / 123 45 67"]),
        ("call 555-123-4567 or (415) 555 2671.", ["555-123-4567", "(415) 555 2671"]),
        ("0612345678", ["0612345678"]),
        ("612 345 678", ["612 345 678"]),
        ("(11) 91234-5678", ["(11) 91234-5678"]),
        ("on 04.03.2026 at 10", []),
        ("0.5 hours, 12 people, 1,250 US$ and 2026-11-29", []),
        ("order 4711-0815 of 3 million 000 000", []),
        ("0800", []),
    ],
)
def test_a_telephone_number_is_read_and_nothing_else_is(message: str, numbers: list[str]) -> None:
    assert phone_numbers(message) == numbers


@pytest.mark.parametrize(("value", "is_kept"), [("0117 4960123", True), ("0117 496 0124", False)])
def test_a_number_that_a_model_read_is_one_that_was_written(value: str, *, is_kept: bool) -> None:
    message = Message(turn_id=CONVERSATION, text="Ring me: 0117 496 0123")
    told = SlotUpdate(slot="contact_phone", values=(value,), quote="0117 496 0123")

    kept = apply_updates(Profile(), (told,), (message,)).contact_phone

    assert (kept is not None and kept.value == value) is is_kept


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_number_is_said_back_and_is_in_the_hand_over_of_whoever_wants_a_person(code: str) -> None:
    message = Message(turn_id=CONVERSATION, text="0117 496 0123")
    told = SlotUpdate(slot="contact_phone", values=(message.text,), quote=message.text)
    profile = apply_updates(Profile(), (told,), (message,))
    conversation = Conversation.open(CONVERSATION, "widget").model_copy(update={"profile": profile})
    playbook = PLAYBOOK.spoken_in(code)

    wanted = person_text(conversation.model_copy(update={"wants_person": True}), playbook)

    assert message.text in wanted
    assert message.text not in person_text(conversation, playbook)
    assert all("{value}" in line for line in playbook.lines.acknowledge["contact_phone"])


def test_a_number_is_private() -> None:
    profile = Profile.model_validate(
        {"contact_phone": {"value": "0117 496 0123", "words": "0117 496 0123", "turn_id": CONVERSATION}}
    )

    assert PublicWords(PLAYBOOK).profile(profile).contact_phone is None


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("en", "Can a person answer the question of the gulls?"),
        ("en", "Is there an actual person I can ring?"),
        ("en", "Is anyone going to answer me?"),
        ("de", "Kann ich auch am Telefon mit jemandem reden?"),
    ],
)
def test_a_wish_for_a_person_is_read_after_the_link_too(code: str, message: str) -> None:
    asked = Message(turn_id=CONVERSATION, text=message)
    talk = with_messages(with_booking_link(up_to_the_proposal(code).conversation, LINK), (asked,))

    understood = understand((asked,), talk, PLAYBOOK)
    turn = decide_turn(talk, (asked,), understood, PLAYBOOK)

    assert understood.wants(Intent.WANT_PERSON)
    assert turn.conversation.wants_person


@pytest.mark.parametrize("code", LANGUAGES)
def test_whoever_asks_whether_the_number_is_noted_reads_it(code: str) -> None:
    talk = GuidedTalk(code).say("0117 496 0123", update("contact_phone", "0117 496 0123"))

    talk.say("have you got it?", questions=[WHAT_IS_NOTED])

    assert "0117 496 0123" in talk.reply


def test_whoever_asks_what_is_noted_before_anything_is_gets_an_answer() -> None:
    assert GuidedTalk().say("did you get that?", questions=[WHAT_IS_NOTED]).reply


@pytest.mark.parametrize("told", [(), (update("contact_phone", "0117 496 0123"),)])
def test_who_wants_a_person_is_sent_no_link(told: tuple[SlotUpdate, ...]) -> None:
    talk = GuidedTalk().say("0117 496 0123", *told)
    asked = Message(turn_id=CONVERSATION, text="can somebody ring me?")
    wish = Understanding(intents=(Intent.WANT_PERSON,))

    turn = decide_turn(with_messages(talk.conversation, (asked,)), (asked,), wish, PLAYBOOK)

    assert turn.awaited is None
    linked = turn.conversation.model_copy(update={"booking_url": LINK})
    assert LINK not in person_text(linked, PLAYBOOK)
