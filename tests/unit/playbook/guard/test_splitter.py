"""Sentences are found while they are written, and how they arrive makes no difference."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbook.guard.sentences import LONGEST_SENTENCE, Splitter


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


def test_a_sentence_is_given_back_as_soon_as_the_next_one_begins() -> None:
    splitter = Splitter()
    assert splitter.feed("Good to know.") == []
    assert [sentence.text for sentence in splitter.feed(" H")] == ["Good to know."]


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
