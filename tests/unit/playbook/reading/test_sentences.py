"""Only a plain statement is content; a question, a wish, a correction or a complaint never is."""

from pathlib import Path

import pytest
import yaml

from playbook.reading.meaning import Intent, SlotName
from tests.unit.playbook.reading.scenes import read, scene, told

VISITORS = yaml.safe_load((Path(__file__).parent / "visitors.yaml").read_text(encoding="utf-8"))
TEXTS: tuple[SlotName, ...] = (
    "business_type",
    "challenge",
    "task",
    "steps",
    "out_of_scope",
    "success_measure",
)
# What stands in these sentences of the visitors is no part of anybody's work.
COMPLAINTS = (
    "said all that", "gerade geschrieben", "none of those", "keep all three", "entonces", "je précise",
    "pardonnez", "toujours les", "le he dicho", "frage war", "told you", "hopeless", "shouldn't", "shoudnt",
    "still there", "moaning", "fix it", "read my first", "bitte ändern", "retirer la ligne", "erreur",
)  # fmt: skip


@pytest.mark.parametrize("asked", TEXTS)
@pytest.mark.parametrize("name", VISITORS)
def test_no_question_correction_or_complaint_is_stored(name: str, asked: SlotName) -> None:
    visitor = VISITORS[name]
    for text in visitor["says"]:
        understood = read(text, scene(asked, language=visitor["language"]))
        values = [value.casefold() for one in understood.updates for value in one.values]
        assert not [value for value in values if "?" in value or any(each in value for each in COMPLAINTS)]


@pytest.mark.parametrize(
    ("language", "message"),
    [
        ("en", "I said all that already. The bookings."),
        ("en", "no, it's the quotes"),
        ("es", "Pues eso mismo, preparar los pedidos, ya se lo he dicho"),
        ("de", "Na ja, das habe ich doch gerade geschrieben: Wachsumarbeitung."),
        ("fr", "Comme je vous le disais : préparer les devis."),
        ("pt", "Eu já disse, os pedidos."),
    ],
)
@pytest.mark.parametrize("asked", ["business_type", "task"])
def test_a_message_that_complains_fills_no_text(language: str, message: str, asked: str) -> None:
    assert asked not in told(message, scene(asked, language=language))


def test_a_question_or_a_wish_swallows_nothing() -> None:
    message = "7 is right, Outlook and Bookeo are programs, wheres the link?"
    understood = read(message, scene(drafted=True, team_size=7))

    assert understood.wants(Intent.WANT_DEMO)
    assert [one.values for one in understood.updates] == [("Outlook",)]
    assert told("Can you do that? We are 4 people.", scene("challenge")) == {"team_size": ("4",)}


def test_an_answer_is_short_or_it_is_asked_for_again() -> None:
    long = "it is mostly the mails that come in all day long from people who want to know about prices and "
    assert "challenge" not in told(f"{long} dates and about the weather and the way here", scene("challenge"))
    assert told("answering mails about prices", scene("challenge")).keys() == {"challenge"}


def test_a_long_first_message_is_kept_as_it_is_written() -> None:
    understood = read(VISITORS["church_organs"]["says"][0], scene())

    assert {one.slot: one.values for one in understood.updates} == {
        "team_size": ("4",),
        "hours_per_week": ("9",),
        "tools": ("Excel", "Google Calendar", "Outlook"),
    }
    assert understood.leaves_open == ("business_type", "challenge")
    assert understood.questions == ("what_we_do", "your_task")


@pytest.mark.parametrize(
    ("language", "message"),
    [
        ("en", "Can you do that?"),
        ("de", "Könnten Sie das machen?"),
        ("fr", "J'aimerais savoir si votre service pourrait m'aider, s'il vous plaît ?"),
        ("es", "¿Pueden hacer eso?"),
        ("pt", "Vocês podem fazer isso?"),
    ],
)
def test_whether_we_can_do_it_is_answered(language: str, message: str) -> None:
    assert read(message, scene(language=language)).questions == ("what_we_do", "your_task")


@pytest.mark.parametrize(
    "message",
    ["No, take the newsletter out, I don't want people spammed. Bye", "Not now, the steps are wrong"],
)
def test_a_goodbye_is_only_for_a_plain_no(message: str) -> None:
    understood = read(message, scene(drafted=True, steps=("read it", "write the newsletter")))

    assert not understood.wants(Intent.DECLINE, Intent.STOP)


@pytest.mark.parametrize(
    "message", ["40 booked a month. 25 now.", "devis envoyés en 48 heures", "20 instead of 6"]
)
def test_an_answer_about_success_changes_no_hours(message: str) -> None:
    assert "hours_per_week" not in told(message, scene("success_measure", hours_per_week=6.0, team_size=4))
