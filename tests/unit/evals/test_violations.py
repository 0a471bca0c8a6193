"""What must never be said is found wherever it stands; what may be said is left alone."""

import pytest

from contracts.values import Profile, Stage
from evals.player import Exchange, Outcome, Played
from evals.violations import violations
from tests.unit.evals.builders import PLAYBOOK, persona, played, reply, slot

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
PRICES, COUNTS = (
    "Starter is $1,250 a month. Growth: $2,500, then 5000 USD.",
    "25 hours a week. Over 50 people",
)
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
