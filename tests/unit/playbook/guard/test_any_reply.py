"""What holds for every reply, however it is written and however it is cut."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playbook.guard import GuardedReply, Reason
from playbook.guard.reply import MOST_WORDS
from tests.support.playbooks import SHIPPED
from tests.unit.playbook.guard.scene import CARRIED, VISITOR, allowed, guarded, wrong_sentences

WRONG = wrong_sentences()["en"]
RIGHT = [fact.says for fact in SHIPPED.facts.facts] + ["How many are you?", "Lovely.", "A bakery, then."]
REPLIES = st.lists(st.sampled_from(RIGHT + WRONG), min_size=1, max_size=6).map(" ".join)
ALLOWED = allowed(*VISITOR)


@given(reply=REPLIES, cuts=st.lists(st.integers(1, 12), min_size=1, max_size=20))
@settings(deadline=None, max_examples=40)
def test_pieces_make_no_difference(reply: str, cuts: list[int]) -> None:
    guard = GuardedReply(ALLOWED)
    place = 0
    while place < len(reply):
        size = cuts[place % len(cuts)]
        guard.add(reply[place : place + size])
        place += size
    guard.finish()
    guard.settle([CARRIED] * len(guard.ask()))

    assert guard.text == guarded(reply, verdict=CARRIED).text


@given(reply=st.lists(st.sampled_from(WRONG), min_size=1, max_size=4).map(" ".join))
@settings(deadline=None, max_examples=40)
def test_without_a_verdict_no_wrong_sentence_is_shown(reply: str) -> None:
    shown = guarded(reply).text

    assert not any(sentence in shown for sentence in WRONG)


@given(reply=st.text(max_size=300))
@settings(deadline=None, max_examples=60)
def test_any_text_is_judged(reply: str) -> None:
    guard = guarded(reply, verdict=CARRIED)

    assert len(guard.text.split()) <= MOST_WORDS


def test_a_sentence_is_shown_as_soon_as_the_next_begins() -> None:
    guard = GuardedReply(allowed("We bake bread."))

    guard.add("How many are you? W")

    assert guard.text == "How many are you?"


def test_what_follows_an_unsure_sentence_waits_for_it() -> None:
    guard = GuardedReply(ALLOWED)

    guard.add("An agent does the task. How many are you? ")
    guard.finish()

    assert guard.text == ""
    guard.settle([CARRIED] * len(guard.ask()))
    assert guard.text == "An agent does the task. How many are you?"


def test_sentences_are_shown_in_order_whatever_is_answered_first() -> None:
    guard = GuardedReply(ALLOWED)
    guard.add("An agent does the task. ")
    guard.add("It asks when unsure. T")
    first = guard.ask()
    guard.add("hat is all. H")
    second = guard.ask()

    guard.settle([CARRIED] * len(second), second)
    assert guard.text == ""
    guard.settle([CARRIED] * len(first), first)
    assert guard.text == "An agent does the task. It asks when unsure. That is all."


def test_one_question_is_asked() -> None:
    guard = guarded("What do you run? How many are you?")

    assert guard.text == "What do you run?"
    assert [violation.reason for violation in guard.violations] == [Reason.SECOND_QUESTION]


@pytest.mark.parametrize(
    "echo",
    [
        "22, right?",
        "Twenty-two people?",
        "Zweiundzwanzig, oder?",
        "Gmail and Xero?",
        "You use Xero, correct?",
    ],
)
def test_an_echo_is_no_question(echo: str) -> None:
    guard = guarded(f"{echo} How many hours a week?", verdict=CARRIED)

    assert (guard.text, guard.asks) == (f"{echo} How many hours a week?", True)
    assert not guarded(echo, verdict=CARRIED).asks


@pytest.mark.parametrize("question", ["How many?", "Which tools?", "And you?", "What for?"])
def test_a_short_question_is_no_echo(question: str) -> None:
    assert guarded(question, "how many, which tools, what for, and you?", verdict=CARRIED).asks


def test_a_reply_ends_where_it_becomes_too_long() -> None:
    guard = guarded(
        " ".join(f"I see why step {word} is dull work for you." for word in "abcdefghijklmnopqrst"),
        verdict=CARRIED,
    )

    assert len(guard.text.split()) <= MOST_WORDS
    assert Reason.TOO_LONG in {violation.reason for violation in guard.violations}


def test_an_opening_of_ours_stands_before_the_reply() -> None:
    guard = GuardedReply(ALLOWED, opening="Hi, good to meet you.")
    guard.add("What do you run?")
    guard.finish()

    assert guard.text == "Hi, good to meet you. What do you run?"
