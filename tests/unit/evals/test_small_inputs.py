"""Single answers are judged by what they leave in the profile."""

import pytest

from evals.small_inputs import SmallInput, read
from tests.support.playbooks import SHIPPED


def answer(said: str, right: object, *, asked: str = "team_size", **fields: object) -> SmallInput:
    """An English answer."""
    known = {"language": "en", "asked": asked, "answer": said, "right": right}
    return SmallInput.model_validate(known | fields)


@pytest.mark.parametrize(
    "one",
    [
        answer("14", {"team_size": "14"}),
        answer("12 to 15", {"team_size": {"from": "12", "to": "15"}}),
        answer("call me on 020 7946 0000", "asked back"),
        answer("gmail and Xero", {"tools": ["Gmail", "xero"]}, asked="tools"),
        answer("no thanks", "none", asked="proposal", intents=["decline"]),
    ],
)
def test_what_is_stored_as_it_should_be_is_right(one: SmallInput) -> None:
    reading = read(one, SHIPPED)

    assert reading.is_right
    assert reading.wrong_numbers == ()


@pytest.mark.parametrize(
    "right", ["asked back", {"team_size": "41"}, {"team_size": {"from": "14", "to": "20"}}]
)
def test_a_number_that_should_not_be_there_is_wrong(right: object) -> None:
    reading = read(answer("14", right), SHIPPED)

    assert not reading.is_right
    assert reading.wrong_numbers == ("team_size",)


def test_a_number_that_was_not_understood_is_not_wrong_but_missing() -> None:
    reading = read(answer("hm", {"team_size": "14"}), SHIPPED)

    assert not reading.is_right
    assert reading.wrong_numbers == ()
