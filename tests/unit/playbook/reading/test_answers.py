"""An answer is taken at its word; what is no answer is in no slot."""

import pytest

from playbook.reading.meaning import Intent
from tests.unit.playbook.reading.scenes import read, scene, told

TEXT_SLOTS = ("business_type", "challenge", "task", "steps", "out_of_scope", "success_measure")


@pytest.mark.parametrize(
    ("asked", "message", "right"),
    [
        ("business_type", "Well, we run a small bakery in Leeds", ("small bakery in Leeds",)),
        ("business_type", "an event agency with 14 people", ("event agency",)),
        ("challenge", "Answering the phone. It never stops.", ("Answering the phone. It never stops",)),
        ("task", "It would have to be the quotes, I guess", ("quotes",)),
        ("steps", "we read it, then we answer it and file it", ("read it", "answer it and file it")),
        ("steps", "1. read\n2. answer", ("read", "answer")),
        ("out_of_scope", "complaints and refunds", ("complaints", "refunds")),
        ("tools", "Oh just Gmail, and the website is Wix", ("Gmail", "Wix")),
        ("success_measure", "No form is lost", ("No form is lost",)),
    ],
)
def test_the_answer_is_taken_at_its_word(asked: str, message: str, right: tuple[str, ...]) -> None:
    assert told(message, scene(asked))[asked] == right


@pytest.mark.parametrize("asked", TEXT_SLOTS)
@pytest.mark.parametrize(
    "message",
    [
        "this is stupid",
        "what does it cost?",
        "are you a robot",
        "send me the link",
        "let me talk to a person",
        "no more questions please",
        "that's too expensive",
        "you did not understand that",
        "hello",
        "owen@hart.example",
        "thanks",
    ],
)
def test_a_complaint_a_question_or_a_wish_is_in_no_slot(asked: str, message: str) -> None:
    assert asked not in told(message, scene(asked))


@pytest.mark.parametrize(
    ("language", "message"),
    [
        ("es", "perdona"),
        ("es", "no le entiendo"),
        ("de", "Entschuldigung"),
        ("fr", "pardon"),
        ("pt", "desculpe"),
    ],
)
def test_an_apology_is_no_answer_in_any_language(language: str, message: str) -> None:
    assert told(message, scene("success_measure", language=language)) == {}


def test_what_stays_with_people_is_told_beside_the_steps() -> None:
    understood = told("Read it, answer it. Refunds must stay with us.", scene("steps"))

    assert understood == {"out_of_scope": ("Refunds",), "steps": ("Read it", "answer it")}


@pytest.mark.parametrize("message", ["that one", "the same", "what I said"])
def test_what_was_named_before_is_asked_for_in_words(message: str) -> None:
    assert told(message, scene("task", challenge="the quotes")) == {}


@pytest.mark.parametrize("message", ["no more questions", "I have no time for more questions", "stop asking"])
def test_who_has_enough_of_questions_is_heard(message: str) -> None:
    assert read(message, scene("tools")).wants(Intent.NO_QUESTIONS)
