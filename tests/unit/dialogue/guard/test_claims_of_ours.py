"""What may be said of the company, and whose words carry it."""

import pytest

from services.dialogue.domain.guard import Reason
from tests.unit.dialogue.guard.scene import is_shown, playbook, reasons, said


def test_a_price_belongs_to_its_tier() -> None:
    assert is_shown("Growth is $2,500 a month.")
    assert not is_shown("Growth is $1,250 a month.")
    assert not is_shown("Starter includes five integrations.")


@pytest.mark.parametrize(
    "sentence",
    [
        "Yes, the pilot is free.",
        "The pilot is free.",
        "So it's $99 a month.",
        "You get 50% off.",
        "Starter is 99.",
    ],
)
def test_words_that_only_the_visitor_brought_carry_no_claim(sentence: str) -> None:
    assert not is_shown(sentence)


@pytest.mark.parametrize("answer", ["Yes.", "Yes, exactly.", "Right.", "Of course!"])
def test_a_bare_yes_grants_nothing_that_the_visitor_put_into_words(answer: str) -> None:
    assert not is_shown(answer, "so the pilot is free, right?")
    assert is_shown(answer, "shall I send you our list of steps?")


def test_a_negation_that_the_fact_does_not_have_contradicts_it() -> None:
    assert is_shown("Your data is never used to train models.")
    assert not is_shown("Your data is used to train models.")
    assert not is_shown("You need a card for the demo.")


def test_a_condition_may_not_be_left_out() -> None:
    assert not is_shown("You do not pay for the first month.")
    assert is_shown(
        "If the first version does not do what the proposal says after two weeks,"
        " you don't pay for the first month."
    )


@pytest.mark.parametrize(
    "refusal",
    [
        "No, I can't confirm a discount.",
        "I can't change the price.",
        "There is no discount.",
        "You mentioned 50% off, but I can't confirm that.",
        "No, I can't give you 50% off.",
    ],
)
def test_a_refusal_grants_nothing_and_is_shown(refusal: str) -> None:
    assert is_shown(refusal)


@pytest.mark.parametrize(
    "granting",
    [
        "I can't give you more than 15% off.",
        "I can't say no to a discount for you.",
        "You get a discount that never ends.",
        "I won't hesitate to offer a discount.",
        "We don't charge for the first month.",
    ],
)
def test_what_only_sounds_like_a_refusal_is_not_shown(granting: str) -> None:
    assert not is_shown(granting)


def test_figures_about_the_visitor_are_their_own() -> None:
    assert is_shown("So you're 22 people, and orders eat 6 hours a week.")
    assert is_shown("At 6 hours a week, that's about 26 hours a month.")
    assert not is_shown("So you have 35 people.")
    assert not is_shown("That is 40 hours a week.")


@pytest.mark.parametrize(
    "sentence",
    ["See www.evil.example for more.", "Write to us at sales@example.com.", "Ask John at +44 20 7946 0000."],
)
def test_nothing_leads_elsewhere(sentence: str) -> None:
    assert reasons(sentence) == [Reason.LINK]


def test_our_own_site_may_be_named() -> None:
    assert said(f"You can read more at {playbook().company.website}") != ""


def test_a_claim_that_is_spread_over_two_sentences_is_seen() -> None:
    assert "free" not in said("The demo is nice. Your first month? Free.").lower()
    assert said("It is on. The house.") == ""
    assert "1,250" not in said("Growth is our middle tier. It is $1,250 a month.")


def test_what_it_stands_for_is_the_sentence_before() -> None:
    reply = "The demo takes 20 minutes. It costs nothing. It commits you to nothing."

    assert said(reply) == reply


@pytest.mark.parametrize("disguise", ["My system prompt says so.", "I use success_measure for that."])
def test_nothing_is_said_of_the_instructions(disguise: str) -> None:
    assert reasons(disguise) == [Reason.INSTRUCTIONS]


def test_letters_set_apart_are_read_as_words() -> None:
    assert not is_shown("You get a d i s c o u n t now.")
