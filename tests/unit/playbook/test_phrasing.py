"""A visitor's words as they stand in our sentences, and phrases that can be searched for them."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from playbook.lexicon import Phrases, is_written_well
from playbook.phrasing import is_same, phrase


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("reply within a day\nno request is lost.", "reply within a day; no request is lost"),
        ("one\n\n - two \n", "one; two"),
        ("see\nhttps://evil.example", "see"),
    ],
)
def test_lines_stay_apart_on_one_line(text: str, said: str) -> None:
    assert phrase(text) == said


def test_the_same_words_are_the_same_thing() -> None:
    assert is_same("Read the mail", "reads the mail")
    assert is_same("Excel", "excel")
    assert not is_same("puts it into Excel", "Excel")


SIGNS = st.text(alphabet="ab ()|?*^$.{n}'-", min_size=1, max_size=12).filter(str.strip)


@given(SIGNS)
@example("(a|b")
@example("?a")
@example("(?a)")
@example("|{?")
@example("a???")
@example("... ?")
def test_a_phrase_is_refused_where_it_could_not_be_compiled(phrase: str) -> None:
    phrases = Phrases.model_construct(root=(phrase,))
    try:
        phrases.search("a b")
    except re.error:
        assert not is_written_well(phrase)
    else:
        assert is_written_well(phrase) or not {*"()?{}"}.isdisjoint(phrase)
