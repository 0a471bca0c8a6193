"""A telephone number: read where it clearly is one, and said back when it is asked for."""

import pytest

from playbook.reading.contact import phone_numbers
from playbook.reading.meaning import WHAT_IS_NOTED, Intent
from playbook.reading.reader import understand
from services.dialogue.domain.conversation import with_messages
from services.dialogue.domain.results import person_text
from services.dialogue.domain.turn import decide_turn
from tests.unit.dialogue.builders import a_message
from tests.unit.dialogue.guided_talk import LANGUAGES, LINK, PLAYBOOK, GuidedTalk, up_to_the_proposal

NUMBER = "0117 496 0123"


@pytest.mark.parametrize(
    ("message", "numbers"),
    [
        ("My number is 0117 496 0123, thanks", ["0117 496 0123"]),
        ("call 555-123-4567 or (415) 555 2671.", ["555-123-4567", "(415) 555 2671"]),
        *(
            (text, [text])
            for text in ("+49 (0)871 / 123 45 67", "0612345678", "612 345 678", "(11) 91234-5678")
        ),
        ("0.5 hours, 12 people, 1,250 US$ and 2026-11-29", []),
        *((other, []) for other in ("on 04.03.2026 at 10", "order 4711-0815 of 3 million 000 000", "0800")),
    ],
)
def test_a_telephone_number_is_read_and_nothing_else_is(message: str, numbers: list[str]):
    assert phone_numbers(message) == numbers


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_number_is_said_back_when_asked_for_and_in_the_hand_over_of_whoever_wants_a_person(code: str):
    talk = GuidedTalk(code).say("did you get that?", questions=[WHAT_IS_NOTED])
    assert talk.reply
    talk.say(NUMBER, contact_phone=NUMBER)

    assert NUMBER not in person_text(talk.conversation, talk.playbook)
    assert all("{value}" in line for line in talk.playbook.lines.acknowledge["contact_phone"])
    assert NUMBER in talk.say("have you got it?", questions=[WHAT_IS_NOTED]).reply
    assert NUMBER in person_text(talk.now(wants_person=True, history=()).conversation, talk.playbook)
    told = talk.say("3 to 4", Intent.WANT_PERSON, contact_time="3 to 4").reply
    assert (told.count(NUMBER), told.count("3 to 4")) == (1, 1)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("en", "Can a person answer the question of the gulls?"),
        ("en", "Is there an actual person I can ring?"),
        ("en", "Is anyone going to answer me?"),
        ("de", "Kann ich auch am Telefon mit jemandem reden?"),
    ],
)
def test_a_wish_for_a_person_is_read_after_the_link_too(code: str, message: str):
    asked = a_message(message)
    talk = with_messages(up_to_the_proposal(code).now(booking_url=LINK).conversation, (asked,))
    turn = decide_turn(talk, (asked,), understand((asked,), talk, PLAYBOOK), PLAYBOOK)
    assert turn.understanding.wants(Intent.WANT_PERSON)
    assert turn.conversation.wants_person


@pytest.mark.parametrize("told", [{}, {"contact_phone": NUMBER}])
def test_who_wants_a_person_is_sent_no_link(told: dict[str, str]):
    talk = GuidedTalk().say(NUMBER, **told).say("can somebody ring me?", Intent.WANT_PERSON)
    assert talk.conversation.booking_url is None
    assert LINK not in person_text(talk.now(booking_url=LINK).conversation, PLAYBOOK)
