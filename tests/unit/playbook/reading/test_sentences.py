"""Only a plain statement is content; a question, a wish, a correction or a complaint never is."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from playbook.reading.asked import unanswered_in
from playbook.reading.meaning import UNKNOWN_QUESTION, WHAT_IS_NOTED, Intent
from playbook.reading.talk import Message
from tests.support.playbooks import SHIPPED
from tests.unit.playbook.reading.scenes import NOW, in_languages, read, scene, told

VISITORS = yaml.safe_load((Path(__file__).parent / "visitors.yaml").read_text(encoding="utf-8"))
_MESSAGES_BEFORE_THE_PROPOSAL = 3
# What stands in these sentences of the visitors is no part of anybody's work.
COMPLAINTS = (
    "said all that", "gerade geschrieben", "none of those", "keep all three", "entonces", "je précise",
    "pardonnez", "toujours les", "le he dicho", "frage war", "told you", "hopeless", "shouldn't", "shoudnt",
    "still there", "moaning", "fix it", "read my first", "bitte ändern", "retirer la ligne", "erreur",
)  # fmt: skip


@pytest.mark.parametrize("visitor", VISITORS.values(), ids=VISITORS)
def test_no_question_correction_or_complaint_is_stored(visitor: dict[str, Any]) -> None:
    early = scene("success_measure", language=visitor["language"])
    late = scene(drafted=True, business_type="x", challenge="y", language=visitor["language"])
    for number, text in enumerate(visitor["says"]):
        understood = read(str(text), early if number < _MESSAGES_BEFORE_THE_PROPOSAL else late)
        values = [value.casefold() for one in understood.updates for value in one.values]
        assert not [value for value in values if "?" in value or any(each in value for each in COMPLAINTS)]


def test_a_question_or_a_wish_swallows_nothing() -> None:
    message = "7 is right, Outlook and Bookeo are programs, wheres the link?"
    late = read(message, scene(drafted=True, team_size=7))
    answered = read("Invoices, mostly. Can it do that?", scene("challenge"))

    assert late.wants(Intent.WANT_DEMO)
    assert [one.values for one in late.updates] == [("Outlook",)]
    assert [one.values for one in answered.updates] == [("Invoices, mostly",)]
    assert answered.questions
    assert told("Can you do that? We are 4 people.", scene("challenge")) == {"team_size": ("4",)}


NEWSLETTER = "No, take the newsletter out, I don't want people spammed. Bye"


@pytest.mark.parametrize("message", [NEWSLETTER, "Not now, the steps are wrong"])
def test_a_goodbye_is_only_for_a_plain_no(message: str) -> None:
    understood = read(message, scene(drafted=True, steps=("read it", "write the newsletter")))
    assert not understood.wants(Intent.DECLINE, Intent.STOP)


@pytest.mark.parametrize(
    "message", ["40 booked a month. 25 now.", "devis envoyés en 48 heures", "20 instead of 6"]
)
def test_an_answer_about_success_changes_no_hours(message: str) -> None:
    assert "hours_per_week" not in told(message, scene("success_measure", hours_per_week=6.0, team_size=4))


@pytest.mark.parametrize(
    ("language", "message", "asked"),
    [
        ("en", "Who founded the company?", UNKNOWN_QUESTION),
        ("en", "is the demo free", "demo"),
        ("en", "is Xero gone?", WHAT_IS_NOTED),
        ("en", "did you get the bit about refunds?", WHAT_IS_NOTED),
        ("es", "¿quién está detrás?", UNKNOWN_QUESTION),
        ("es", "¿has quitado Xero?", WHAT_IS_NOTED),
        ("de", "wie lange gibt es euch schon", UNKNOWN_QUESTION),
        ("de", "habt ihr Xero gestrichen?", WHAT_IS_NOTED),
        ("fr", "qui a fondé la boîte", UNKNOWN_QUESTION),
        ("fr", "qu'avez-vous noté ?", WHAT_IS_NOTED),
        ("pt", "posso levar meu sócio", UNKNOWN_QUESTION),
        ("pt", "tirou o Xero?", WHAT_IS_NOTED),
        ("en", "Can you do that?", "what_we_do your_task"),
        ("de", "Könnten Sie das machen?", "what_we_do your_task"),
        ("fr", "J'aimerais savoir si votre service pourrait m'aider ?", "what_we_do your_task"),
        ("es", "¿Pueden hacer eso?", "what_we_do your_task"),
        ("pt", "Vocês podem fazer isso?", "what_we_do your_task"),
    ],
)
def test_a_question_is_no_answer(language: str, message: str, asked: str) -> None:
    understood = read(message, scene("challenge", language=language))
    assert (" ".join(understood.questions), understood.updates, understood.leaves_open) == (asked, (), ())


@in_languages(
    en=(
        "Sorry, Thursday doesn't work after all, next week?",
        "I can't make it on Monday.",
        "Something came up, sorry!",
        "Can we move the demo to next week?",
    ),
    de=("Donnerstag klappt leider doch nicht, nächste Woche?", "Können wir die Demo verschieben?"),
    es=("Perdón, el jueves no puedo.", "¿Podemos cambiar la demo a otro día?"),
    fr=("Désolé, jeudi ne va pas, la semaine prochaine ?", "Peut-on décaler la démo ?"),
    pt=("Desculpe, na quinta não posso, semana que vem?", "Podemos remarcar a demonstração?"),
)
def test_who_cannot_come_to_the_demo_is_told_how_it_is_moved(language: str, message: str) -> None:
    at = scene(drafted=True, language=language, task="12").model_copy(
        update={"booking_url": "https://cal.example"}
    )
    understood = read(message, at)
    assert (understood.intents, understood.questions, understood.updates) == (
        (Intent.ASK,),
        ("next_steps",),
        (),
    )


@in_languages(
    en=(
        "That doesn't work, we use Excel.",
        "Remove the step of moving appointments.",
        "the task is rescheduling",
    )
)
def test_who_speaks_of_their_work_moves_no_demo(language: str, message: str) -> None:
    at = scene(drafted=True, language=language, task="12").model_copy(
        update={"booking_url": "https://cal.example"}
    )
    assert read(message, at).questions == ()


def test_an_apology_before_a_question_wants_no_change() -> None:
    understood = read("Perdona, ¿cuánto cuesta?", scene("tools", language="es"))
    assert (understood.intents, understood.leaves_open) == ((Intent.ASK,), ())
    assert read("Preise?", scene("out_of_scope", language="de")).questions


BAVARIAN = "The memos are Bavarian. Does it follow that?"


@pytest.mark.parametrize(
    ("message", "kept"),
    [
        ("Take it out, I do that. The memos are Bavarian. Does it follow that?", BAVARIAN),
        ("What does Starter cost? Who sings at your office?", "Who sings at your office?"),
        ("I am Dr. Vega. Who is Dr. Lee? Who sings?", "I am Dr. Vega. Who is Dr. Lee?\nWho sings?"),
        ("Fine. Can it really sing for us?? I doubt it", "Can it really sing for us??"),
        ("who would be on that video thing", "who would be on that video thing"),
    ],
)
def test_the_sentence_of_a_question_is_kept_alone(message: str, kept: str) -> None:
    asked = Message(turn_id=NOW, text=message)
    assert unanswered_in((asked,), scene(drafted=True, task="x"), SHIPPED) == kept
