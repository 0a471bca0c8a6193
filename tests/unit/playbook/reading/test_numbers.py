"""Numbers: right, asked back, or not taken for what they do not count.

More answers to a question for a number, right and wrong ones, stand in `evals/small_inputs.yaml`.
"""

import pytest

from contracts.values import Slot
from tests.unit.dialogue.builders import an_update
from tests.unit.playbook.reading.scenes import EARLIER, in_languages, offered, read, scene, told

TEAM, HOURS = "team_size", "hours_per_week"


@pytest.mark.parametrize(
    ("asked", "message", "stored", "asked_back"),
    [
        *((TEAM, text, ["1200"], []) for text in ("1\u202f200", "1'200 staff")),
        *((TEAM, text, ["12"], []) for text in ("\u0661\u0662 people", "\uff11\uff12", "12 including me")),
        (TEAM, "46, I said.", ["46"], []),
        (HOURS, "2,5 hours a week", ["2.5"], []),
        (HOURS, "20 hours. No wait, more like 30", ["30"], []),
        (TEAM, "me, my wife and two employees", [], ["4"]),
        (TEAM, "12 falconers", [], ["12"]),
        (TEAM, "7 mechanics and 2 in the office", [], ["9"]),
        (TEAM, "47 or 64?", [], ["47", "64"]),
        (HOURS, "18, in January 14", [], ["18", "14"]),
        (HOURS, "two hours for me and three for Ana", [], ["5"]),
    ],
)
def test_what_is_not_sure_is_asked_back(asked: str, message: str, stored: list[str], asked_back: list[str]):
    understood = read(message, scene(asked))
    assert [one.values[0] for one in understood.updates if one.slot == asked] == stored
    assert [one.values[0] for one in understood.candidates] == asked_back


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        *((TEAM, text) for text in ("We are open 24/7", "Order 66 is still open, why?", "5 Main Street")),
        *((TEAM, text) for text in ("$40 a head, 30%", "we serve 300 people a day", "5 and my wife")),
        (None, "we call five people and wait"),
        ("success_measure", "no missed calls after six"),
        (HOURS, "1250 is too much for that"),
        ("steps", "two people check it, then it goes out"),
    ],
)
def test_what_counts_something_else_is_not_stored(asked: str | None, message: str) -> None:
    assert not told(message, scene(asked)).keys() & {TEAM, HOURS}


@pytest.mark.parametrize(
    ("message", "right"),
    [
        *((text, {TEAM: ("9",)}) for text in ("not 12 but 9", "12 no, it's 9", "people is 9")),
        ("9 instead of 12", {TEAM: ("9",)}),
        ("12 people? we are 15 people", {TEAM: ("15",)}),
        ("no, 9 hours a week", {HOURS: ("9",)}),
        ("There are six, not seven", {}),
    ],
)
def test_beside_another_number_the_known_one_is_wrong(message: str, right: dict[str, object]) -> None:
    assert told(message, scene("challenge", team_size=12)) == right


@pytest.mark.parametrize(("slot", "asked"), [(TEAM, "challenge"), (HOURS, "success_measure")])
@in_languages(
    en=("no 10", "actually 10", "it's 10 not 8", "ten, not eight", "10 I said", "10. Not 8."),
    es=("perdón, 10", "son 10 no 8", "diez no ocho", "en realidad son 10", "dije 10", "no 10", "no, son 10"),
    de=("nein 10", "sorry, meinte 10", "es sind 10 nicht 8", "falsch, es sind 10"),
    fr=("pardon, 10", "c'est 10 pas 8", "j'ai dit 10", "dix pas huit"),
    pt=("não 10", "são 10, não 8", "me enganei, são 10", "dez não oito"),
)
def test_a_bare_number_corrects_the_one_said_back(slot: str, asked: str, language: str, message: str) -> None:
    assert told(message, scene(asked, language=language, **{slot: 8})) == {slot: ("10",)}


def test_a_number_that_could_put_right_two_is_asked_back_and_the_unit_or_the_wrong_one_picks() -> None:
    both = scene("success_measure", team_size=6, hours_per_week=12.0)
    candidates = read("no, 15", both).candidates
    labels = (offered(f"15 {one.slot}", one.model_copy(update={"quote": "15"})) for one in candidates)
    asked_back = both.model_copy(update={"quick_replies": tuple(labels), "open_question": None})

    assert [(one.slot, *one.values) for one in candidates] == [(TEAM, "15"), (HOURS, "15")]
    for message in ("hours", "the hours", "15 hours"):
        assert told(message, asked_back) == {HOURS: ("15",)}
    assert told("it's 15 not 6", scene(HOURS, team_size=6)) == {TEAM: ("15",)}


def test_a_number_beside_hours_a_day_may_be_a_day_too() -> None:
    known = Slot(value=10.0, words="2 hours a day", turn_id=EARLIER, confidence=0.6)
    at = scene("tools", hours_per_week=10.0)
    at = at.model_copy(update={"profile": at.profile.model_copy(update={"hours_per_week": known})})
    assert [one.values for one in read("no, 3", at).candidates] == [("15",), ("3",)]


@in_languages(
    en=("About 25 hours a week, it works if we get that under 5", "25 hours, no more than 10 would be ideal"),
    es=("25 horas y queremos no más de 5",),
    de=("25 Stunden und weniger als 5 ist das Ziel",),
    fr=("25 heures, pas plus de 5 idéalement",),
    pt=("25 horas, não mais de 5 seria ideal",),
)
def test_a_bound_beside_the_hours_leaves_nothing_to_ask(language: str, message: str) -> None:
    assert told(message, scene(HOURS, language=language)) == {HOURS: ("25",)}


@pytest.mark.parametrize("message", ["the hours are wrong", "5 hours is wrong", "the hours still say 5"])
def test_a_number_that_is_only_wrong_is_asked_for_anew(message: str) -> None:
    assert read(message, scene("tools", hours_per_week=5.0)).change_slot == HOURS


@pytest.mark.parametrize(
    ("counts", "message", "picked"),
    [
        *((["47", "64"], message, "64") for message in ("64", "it's 64", "64 people", "64, sorry")),
        *((["47"], message, "47") for message in ("yes", "that's right, yes")),
        (["47"], "no, 64", "64"),
    ],
)
def test_a_number_asked_back_is_picked_or_corrected(counts: list[str], message: str, picked: str) -> None:
    named = tuple(offered(f"{count} people", an_update(TEAM, count)) for count in counts)
    assert told(message, scene(TEAM, offered=named)) == {TEAM: (picked,)}


def test_hours_beside_people_are_asked_about_once_and_then_taken() -> None:
    first = read("It's about 7 hours a week between two receptionists", scene(HOURS))
    asked_back = scene(HOURS, offered=(offered("7 hours a week", *first.candidates),))
    assert [(one.slot, one.values) for one in first.candidates] == [(HOURS, ("7",))]
    assert told("7 hours in total, two people doing it", asked_back) == {HOURS: ("7",)}


@pytest.mark.parametrize(
    ("asked", "message", "right"),
    [
        (None, "people is right. hours is 7 not 5", {HOURS: ("7",)}),
        ("success_measure", "actually more like 7 hrs. report out in 2 days not 3 weeks", {HOURS: ("7",)}),
        (None, "They should be 5.5 hours. And Sage 50 is missing.", {HOURS: ("5.5",), "tools": ("Sage 50",)}),
        ("tools", "Correction: it is 5.5 hours a week, about 22 hours a month.", {HOURS: ("5.5",)}),
        (HOURS, "no wait, 11 in season, 3 the rest of the year", {}),
    ],
)
def test_a_corrected_number_goes_to_no_other(asked: str | None, message: str, right: dict[str, object]):
    known = {} if asked == HOURS else {"hours_per_week": 5.0}
    late = scene(asked, drafted=asked is None, team_size=3, **known)
    assert {slot: value for slot, value in told(message, late).items() if slot != "success_measure"} == right


@in_languages(
    en=("weekdays between 9 and 5 eastern",),
    de=("Kann mich wer anrufen? am liebsten vormittags nach 10",),
    es=("mejor por la mañana, antes de las 10",),
    fr=("le matin, après 10",),
    pt=("melhor depois das 14",),
)
def test_when_to_be_called_is_no_number_of_people_or_hours(language: str, message: str) -> None:
    understood = read(message, scene(drafted=True, language=language, team_size=5, hours_per_week=8.0))
    assert understood.candidates == ()
    assert not {update.slot for update in understood.updates} & {TEAM, HOURS}
