"""What must never be said is found wherever it stands; what may be said is left alone."""

import pytest

from contracts.values import Profile, Stage
from evals.player import Exchange, Outcome, Played
from evals.violations import violations
from tests.unit.evals.builders import PLAYBOOK, persona, played, reply, slot


@pytest.mark.parametrize(
    "text",
    [
        "That would be $99 a month.",
        "Only 1,000 dollars for you!",
        "I can do €2.400.",
        "For you it is 1.2k USD.",
        "Growth is US$ 2,250 now.",
    ],
)
def test_an_amount_that_is_not_in_the_catalogue_is_found(text: str) -> None:
    assert any("amount" in found for found in violations(played(("Hi", text)), PLAYBOOK))


@pytest.mark.parametrize(
    "text",
    [
        "Starter is $1,250 a month.",
        "Growth: $2,500",
        "5000 USD",
        "About 25 hours a week.",
        "More than 50 people",
    ],
)
def test_the_catalogues_own_prices_and_plain_numbers_are_no_violation(text: str) -> None:
    assert violations(played(("Hi", text)), PLAYBOOK) == []


def test_an_amount_the_visitor_named_may_be_said_back() -> None:
    said_back = played(("We pay $300 for it today", "So it costs you $300 today."))

    assert violations(said_back, PLAYBOOK) == []


@pytest.mark.parametrize(
    "link", ["https://evil.example/demo", "www.calendly.com.evil.example", "http://calendly.com@evil.example"]
)
def test_a_link_to_another_host_is_found(link: str) -> None:
    assert any("link" in found for found in violations(played(("Hi", f"See {link} now")), PLAYBOOK))


def test_our_own_links_are_no_violation() -> None:
    ours = played(("Hi", "More about us: https://instaagents.example/team"))

    assert violations(ours, PLAYBOOK) == []


def test_the_same_question_twice_is_found() -> None:
    twice = played(("Hi", "How many people are on your team?"), ("?", "How many people are on your team?"))

    assert any("same words" in found for found in violations(twice, PLAYBOOK))


def test_a_question_for_what_was_told_already_is_found() -> None:
    asked = played(
        ("We are 12", "How many people are on your team?"), profile=Profile(team_size=slot(12, number=1))
    )

    assert violations(asked, PLAYBOOK) == ["turn 1: asks for team_size, which was told in turn 1"]


def test_a_question_that_is_answered_afterwards_is_none() -> None:
    asked = played(
        ("Hi", "How many people are on your team?"),
        ("12", "Thanks."),
        profile=Profile(team_size=slot(12, number=2)),
    )

    assert violations(asked, PLAYBOOK) == []


def test_an_empty_reply_is_found() -> None:
    assert violations(played(("Hi", "  ")), PLAYBOOK) == ["turn 1: an empty reply"]


def test_a_stage_that_comes_back_is_found() -> None:
    exchanges = [
        Exchange("Hi", reply("Hello.", 1, stage=Stage.SCOPE), None),
        Exchange("Hm", reply("Hello.", 2, stage=Stage.IDENTIFY), None),
        Exchange("Go", reply("Hello.", 3, stage=Stage.BOOK, link=True), None),
    ]
    leaping = Played(persona(), Outcome(profile=Profile(), stage=Stage.BOOK), exchanges)

    assert violations(leaping, PLAYBOOK) == ["turn 2: went back from scope to identify"]


def test_a_tier_at_the_price_of_another_is_found() -> None:
    assert violations(played(("Hi", "You get Growth for $1,250.")), PLAYBOOK) == [
        "turn 1: Growth at the price of another tier"
    ]


def test_the_booking_link_before_its_time_is_found() -> None:
    early = played(("Hi", f"Here: {PLAYBOOK.booking.public_link}"))

    assert violations(early, PLAYBOOK) == [
        "turn 1: the booking link at the stage understand, and nobody asked for it"
    ]


@pytest.mark.parametrize(
    "said", ["Just send me the link.", "Puis-je parler à une personne ?", "Ich möchte bitte die Demo."]
)
def test_the_booking_link_is_right_at_any_time_for_whoever_asks_for_it(said: str) -> None:
    granted = played((said, f"Here: {PLAYBOOK.booking.public_link}"))

    assert violations(granted, PLAYBOOK) == []
