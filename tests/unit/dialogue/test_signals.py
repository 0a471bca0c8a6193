"""What a visitor means, at the point of the conversation where they say it."""

import pytest

from services.dialogue.domain import Signal
from tests.unit.dialogue.builders import Talk, shown_the_link, shown_the_proposal, shown_the_tier, talk


def meaning(before: Talk, message: str) -> Signal:
    return before.say(message).plan.signal


@pytest.mark.parametrize(
    "message",
    [
        "That looks good to me, let's go ahead.",
        "Yes, that tier works for us.",
        "Sounds good.",
        "ok",
        "Sure!",
        "perfect, thanks",
        "I wouldn't change a thing",
        "No changes, we like it",
        "No, that's fine",
        "\U0001f44d",
        "Great, makes sense",
        "why not",
    ],
)
def test_a_yes_has_many_words(message: str) -> None:
    assert meaning(shown_the_proposal(), message) is Signal.ACCEPT


@pytest.mark.parametrize(
    "message",
    ["Yes please, let's book the demo.", "Yes, send me the link.", "Can I see a demo?", "demo please"],
)
def test_asking_for_the_demo_is_more_than_a_yes(message: str) -> None:
    assert meaning(shown_the_tier(), message) is Signal.WANTS_DEMO


@pytest.mark.parametrize(
    "message",
    [
        "Can it also answer emails?",
        "Looks good, but can we leave out the stock check?",
        "It should also send a confirmation",
        "Please use WhatsApp instead of Gmail",
        "One change: no calls on Sundays",
        "something is missing",
        "It shouldn't call anybody back",
    ],
)
def test_a_wish_outranks_a_yes(message: str) -> None:
    assert meaning(shown_the_proposal(), message) is Signal.CHANGE


@pytest.mark.parametrize(
    ("message", "about"),
    [
        ("That's too expensive", "price"),
        ("ok, but it's a lot of money, we can't afford that", "price"),
        ("We're too busy for this, maybe next month", "time"),
        ("I need to think about it", "thinking it over"),
        ("I have to talk to my partner first", "thinking it over"),
        ("What if it makes mistakes?", "trust"),
        ("I don't trust AI", "trust"),
        ("Sounds complicated", "effort"),
    ],
)
def test_a_worry_outranks_a_yes_and_a_wish(message: str, about: str) -> None:
    worried = shown_the_tier().say(message)

    assert worried.plan.signal is Signal.OBJECTION
    assert worried.conversation.objections == (about,)


@pytest.mark.parametrize(
    "message",
    [
        "No thanks",
        "I'm not interested",
        "Please stop emailing me",
        "unsubscribe",
        "not for us, bye",
        "We'll pass",
        "I don't want a demo.",
        "goodbye",
    ],
)
def test_a_clear_no_is_heard_at_any_point(message: str) -> None:
    assert meaning(talk("I run a bakery"), message) is Signal.DECLINE
    assert meaning(shown_the_proposal(), message) is Signal.DECLINE
    assert meaning(shown_the_link(), message) is Signal.DECLINE


def test_a_bare_no_to_the_demo_is_a_clear_no() -> None:
    assert meaning(shown_the_tier(), "No.") is Signal.DECLINE


def test_a_bare_no_to_the_proposal_is_a_reason_to_ask_what_should_change() -> None:
    assert meaning(shown_the_proposal(), "No.") is Signal.RELUCTANCE


@pytest.mark.parametrize(
    "message", ["not really", "I don't like it", "hmm, not sure", "that doesn't work for us"]
)
def test_reluctance_is_neither_yes_nor_no(message: str) -> None:
    assert meaning(shown_the_proposal(), message) is Signal.RELUCTANCE


@pytest.mark.parametrize(
    "message",
    [
        "How much does it cost?",
        "how much is it",
        "What are your prices?",
        "pricing?",
        "What would that cost us a month?",
        "tell me the price",
    ],
)
def test_asking_for_the_price_has_many_words(message: str) -> None:
    assert meaning(talk("I run a bakery"), message) is Signal.QUESTION_PRICE


@pytest.mark.parametrize(
    "message", ["Chasing payments costs us a lot", "How much time does it take to set up?"]
)
def test_not_everything_with_cost_or_much_in_it_asks_for_the_price(message: str) -> None:
    assert meaning(talk("I run a bakery"), message) is not Signal.QUESTION_PRICE


@pytest.mark.parametrize(
    "message", ["Are you a bot?", "are you real?", "Am I talking to a person?", "is this AI"]
)
def test_visitors_ask_whether_they_talk_to_a_machine(message: str) -> None:
    assert meaning(talk("hi"), message) is Signal.QUESTION_BOT


@pytest.mark.parametrize(
    "message", ["Can I talk to a real person?", "I want to speak with someone", "please call me"]
)
def test_visitors_ask_for_a_person(message: str) -> None:
    assert meaning(talk("hi"), message) is Signal.QUESTION_HUMAN


def test_a_company_answers_the_questions_it_wrote_answers_for() -> None:
    assert meaning(talk("hi"), "How long does it take?") is Signal.QUESTION_KNOWN
    assert meaning(talk("hi"), "Do you sponsor football clubs?") is Signal.QUESTION_OTHER


@pytest.mark.parametrize(
    "message", ["I run a bakery", "12", "Our old system is too expensive", "a yes man runs it"]
)
def test_before_there_is_a_proposal_nothing_is_accepted_or_objected_to(message: str) -> None:
    assert meaning(talk("hi"), message) is Signal.NONE


def test_an_address_given_where_the_demo_was_offered_is_a_yes() -> None:
    assert meaning(shown_the_tier(), "kim@bakery.example") is Signal.ACCEPT
