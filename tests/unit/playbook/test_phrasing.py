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


def test_the_same_words_are_the_same_thing() -> None:
    assert is_same("Read the mail", "reads the mail")
    assert is_same("Excel", "excel")
    assert not is_same("puts it into Excel", "Excel")
