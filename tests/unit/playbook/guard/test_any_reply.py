"""What holds for every reply, however it is written and however it is cut."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playbook.guard import GuardedReply, Reason
from playbook.guard.reply import MOST_WORDS
from playbook.guard.sentences import LONGEST_SENTENCE, Splitter
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


def split(*chunks: str) -> list[str]:
    splitter = Splitter()
    found = [sentence for chunk in chunks for sentence in splitter.feed(chunk)]
    return [sentence.text for sentence in (*found, *splitter.rest())]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("One. Two! Three? Four", ["One.", "Two!", "Three?", "Four"]),
        ("It is $1,250.50 a month. Good.", ["It is $1,250.50 a month.", "Good."]),
        ("Tools, e.g. Gmail, help. Yes.", ["Tools, e.g. Gmail, help.", "Yes."]),
        ("See https://a.example/b.c?d=ef. Then go.", ["See https://a.example/b.c?d=ef.", "Then go."]),
        ("Send it to St. Louis, z. B. Dr. Vega. Yes.", ["Send it to St. Louis, z. B. Dr. Vega.", "Yes."]),
        ("En EE. UU., p. ej. Texas. Sí.", ["En EE. UU., p. ej. Texas.", "Sí."]),
        ("En EE. UU. Los datos son suyos.", ["En EE. UU.", "Los datos son suyos."]),
        ("It is agent no. 5. No. Two.", ["It is agent no. 5.", "No.", "Two."]),
        ("At 3 p.m. Then home.", ["At 3 p.m. Then home."]),
        ("It is $1. 250 a month.", ["It is $1. 250 a month."]),
        ("It includes:\n- one agent\n- two tools", ["It includes:", "- one agent", "- two tools"]),
        ("Really?! Wow... ok.", ["Really?!", "Wow... ok."]),
        ('He said "Yes." Then left.', ['He said "Yes."', "Then left."]),
        ("\u4f60\u597d\u3002\u4f60\u597d\u5417\uff1f", ["\u4f60\u597d\u3002", "\u4f60\u597d\u5417\uff1f"]),
        ("", []),
    ],
)
def test_a_text_is_cut_where_its_sentences_end(text: str, sentences: list[str]) -> None:
    assert split(text) == sentences


@pytest.mark.parametrize("text", ["word " * 1_000, "x" * 5_000])
def test_a_sentence_that_never_ends_is_cut_all_the_same(text: str) -> None:
    assert max(map(len, split(text))) <= LONGEST_SENTENCE


SIGNS = (". ", "? ", "\n", ".", " ", "e.g. ", "$1,250.50", "1. ", "A", "...", "\u3002", '" ')
LONG = ("long " * 150, " " * 30, "x" * 700)
PIECES = st.sampled_from(SIGNS) | st.text(max_size=12) | st.sampled_from(LONG)
TEXTS = st.lists(PIECES, max_size=30).map("".join)


@given(text=TEXTS, cuts=st.lists(st.integers(0, 300), max_size=12))
def test_chopping_a_text_changes_no_sentence_and_loses_no_word(text: str, cuts: list[int]) -> None:
    edges = sorted({0, len(text), *(cut for cut in cuts if cut < len(text))})
    chunks = [text[start:end] for start, end in pairwise(edges)]
    assert split(*chunks) == split(text) == split(*text)
    assert "".join("".join(split(text)).split()) == "".join(text.split())
