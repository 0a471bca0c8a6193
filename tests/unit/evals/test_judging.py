"""A talk is judged by what was said and understood: slots, single answers, and what must never be said."""

from typing import Any

import pytest

from contracts.values import Profile, Stage
from evals.player import Exchange, Outcome, Played
from evals.slots import SlotScore, score_slots
from evals.small_inputs import SmallInput, read
from evals.violations import violations
from tests.unit.evals.builders import PLAYBOOK, persona, played, reply, slot

RIGHT = SlotScore(right=1)
PARTLY = SlotScore(right=1, wrong=("tools: 'Slack'",), missed=("tools: 'Gmail'",))
A_SENTENCE = "well my late father had a dental clinic and then I took it over"
NO_NAME = SlotScore(wrong=(f"business_type: {A_SENTENCE!r}",), missed=("business_type: 'dental'",))
OF_NO_RANGE = SlotScore(wrong=("hours_per_week: '7'",), missed=("hours_per_week: '6|8'",))


@pytest.mark.parametrize(
    ("known", "truth", "score"),
    [
        ({"business_type": "dental clinic"}, {"business_type": "dental|dentist"}, RIGHT),
        ({"business_type": "Dentist"}, {"business_type": "dental|dentist"}, RIGHT),
        ({"hours_per_week": 8.0}, {"hours_per_week": ["6", "8"]}, RIGHT),
        ({"tools": ("Xero", "Slack")}, {"tools": ["Xero", "Gmail"]}, PARTLY),
        ({"challenge": "typing invoices"}, {"pains": ["invoices"]}, RIGHT),
        ({"time_wasters": ("typing invoices",)}, {"pains": ["invoices"]}, RIGHT),
        ({"business_type": A_SENTENCE}, {"business_type": "dental"}, NO_NAME),
        ({"hours_per_week": 7.0}, {"hours_per_week": ["6", "8"]}, OF_NO_RANGE),
    ],
)
def test_any_accepted_value_is_right_and_each_item_counts(known: Any, truth: Any, score: SlotScore) -> None:
    profile = Profile.model_validate({name: slot(value) for name, value in known.items()})
    talk = played(("Hello", "Hi."), profile=profile, somebody=persona(truth=truth))
    assert score_slots(talk) == dict.fromkeys(truth, score)


def test_what_was_said_and_not_read_is_missed_and_what_was_never_said_is_not() -> None:
    says = {"opening": "Hello", "team_size": "a dozen", "success_measure": "Faster. I'm Ann Lee"}
    truth = {"team_size": "12", "success_measure": "faster", "name": "Ann Lee"}
    talk = played(("Hello", "Hi."), ("a dozen", "Thanks."), somebody=persona(says=says, truth=truth))
    assert score_slots(talk) == {"team_size": SlotScore(missed=("team_size: '12'",))}


@pytest.mark.parametrize(
    ("asked", "said", "right", "is_right", "wrong"),
    [
        ("team_size", "14", {"team_size": "14"}, True, ()),
        ("team_size", "12 to 15", {"team_size": {"from": "12", "to": "15"}}, True, ()),
        ("team_size", "call me on 020 7946 0000", "asked back", True, ()),
        ("tools", "gmail and Xero", {"tools": ["Gmail", "xero"]}, True, ()),
        ("proposal", "no thanks", "none", True, ()),
        ("team_size", "14", "asked back", False, ("team_size",)),
        ("team_size", "14", {"team_size": "41"}, False, ("team_size",)),
        ("team_size", "14", {"team_size": {"from": "14", "to": "20"}}, False, ("team_size",)),
        ("team_size", "hm", {"team_size": "14"}, False, ()),
    ],
)
def test_an_answer_is_right_or_not(asked: str, said: str, *, right: Any, is_right: bool, wrong: Any) -> None:
    intents = ("decline",) if asked == "proposal" else ()
    fields = {"language": "en", "asked": asked, "answer": said, "right": right, "intents": intents}
    reading = read(SmallInput.model_validate(fields), PLAYBOOK)
    assert (reading.is_right, reading.wrong_numbers) == (is_right, wrong)


TEAM = "How many people are on your team?"
LINK = f"Here: {PLAYBOOK.booking.public_link}"


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ([("Hi", "Only 1,000 dollars for you!")], "amount"),
        ([("Hi", "I can do €2.400.")], "amount"),
        ([("Hi", "For you it is 1.2k USD.")], "amount"),
        ([("Hi", "You get Growth for $1,250.")], "turn 1: Growth at the price of another tier"),
        ([("Hi", "See www.calendly.com.evil.example now")], "link"),
        ([("Hi", "See http://calendly.com@evil.example now")], "link"),
        ([("Hi", LINK)], "turn 1: the booking link at the stage understand, and nobody asked for it"),
        ([("Hi", TEAM), ("?", TEAM)], "same words"),
        ([("Hi", "  ")], "turn 1: an empty reply"),
    ],
)
def test_what_must_never_be_said_is_found(lines: list[tuple[str, str]], found: str) -> None:
    assert any(found in said for said in violations(played(*lines), PLAYBOOK))


ASKING = ("Just send me the link.", "Puis-je parler à une personne ?", "Ich möchte bitte die Demo.")
US = "More about us: https://instaagents.example/team"
COUNTS = "About 25 hours a week. More than 50 people"
PRICES = "Starter is $1,250 a month. Growth: $2,500, then 5000 USD."
ALLOWED = [*((said, LINK) for said in ASKING), *(("Hi", reply) for reply in (PRICES, COUNTS, US))]


@pytest.mark.parametrize(
    ("said", "reply"), [*ALLOWED, ("We pay $300 for it today", "So it costs you $300 today.")]
)
def test_what_may_be_said_is_left_alone(said: str, reply: str) -> None:
    assert violations(played((said, reply)), PLAYBOOK) == []


def test_only_a_question_for_what_was_told_before_is_found() -> None:
    before = played(("We are 12", TEAM), profile=Profile(team_size=slot(12, number=1)))
    after = played(("Hi", TEAM), ("12", "Thanks."), profile=Profile(team_size=slot(12, number=2)))
    assert violations(before, PLAYBOOK) == ["turn 1: asks for team_size, which was told in turn 1"]
    assert violations(after, PLAYBOOK) == []


def test_a_stage_that_comes_back_is_found() -> None:
    stages = enumerate((Stage.SCOPE, Stage.IDENTIFY, Stage.BOOK), start=1)
    exchanges = [Exchange("Hi", reply("Hello.", number, stage=stage), None) for number, stage in stages]
    leaping = Played(persona(), Outcome(profile=Profile(), stage=Stage.BOOK), exchanges)
    assert violations(leaping, PLAYBOOK) == ["turn 2: went back from scope to identify"]
