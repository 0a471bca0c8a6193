"""A visitor's words as they stand in our sentences."""

import pytest

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


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Read the mail", "reads the mail", True),
        ("Excel", "excel", True),
        ("puts it into Excel", "Excel", False),
    ],
)
def test_the_same_words_are_the_same_thing(one: str, other: str, *, same: bool) -> None:
    assert is_same(one, other) is same
