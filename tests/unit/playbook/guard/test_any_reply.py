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


def test_a_sentence_is_shown_in_its_order_once_the_next_begins_and_it_is_judged() -> None:
    guard = GuardedReply(ALLOWED, opening="Hi, good to meet you.")
    guard.add("How many are you? A")
    assert guard.text == "Hi, good to meet you. How many are you?"

    guard.add("n agent does the task. ")
    guard.add("It asks when unsure. T")
    first = guard.ask()
    guard.add("hat is all. H")
    second = guard.ask()
    guard.settle([CARRIED] * len(second), second)
    assert guard.text == "Hi, good to meet you. How many are you?"

    guard.settle([CARRIED] * len(first), first)
    assert guard.text.endswith("How many are you? An agent does the task. It asks when unsure. That is all.")


@pytest.mark.parametrize(
    ("reply", "is_asking"),
    [
        *((reply, True) for reply in ("How many?", "Which tools?", "And you?", "What for?")),
        *((reply, False) for reply in ("22, right?", "Zweiundzwanzig, oder?", "Gmail and Xero?")),
        ("You use Xero, correct?", False),
    ],
)
def test_an_echo_is_no_question_beside_which_one_is_asked(reply: str, *, is_asking: bool) -> None:
    told = (*VISITOR, "how many, which tools, what for, and you?")
    both = guarded(f"{reply} How many hours a week?", *told, verdict=CARRIED)

    assert guarded(reply, *told, verdict=CARRIED).asks is is_asking
    assert both.asks
    assert both.text == (reply if is_asking else f"{reply} How many hours a week?")
    assert [violation.reason for violation in both.violations] == [Reason.SECOND_QUESTION] * is_asking


def test_a_reply_ends_where_it_becomes_too_long() -> None:
    steps = (f"I see why step {word} is dull work for you." for word in "abcdefghijklmnopqrst")
    guard = guarded(" ".join(steps), verdict=CARRIED)
    assert len(guard.text.split()) <= MOST_WORDS
    assert Reason.TOO_LONG in {violation.reason for violation in guard.violations}
