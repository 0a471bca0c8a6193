"""Single answers are judged by what they leave in the profile."""

import pytest

from evals.small_inputs import SmallInput, read
from tests.support.playbooks import SHIPPED


@pytest.mark.parametrize(
    ("asked", "said", "right", "is_right", "wrong_numbers"),
    [
        ("team_size", "14", {"team_size": "14"}, True, ()),
        ("team_size", "12 to 15", {"team_size": {"from": "12", "to": "15"}}, True, ()),
        ("team_size", "call me on 020 7946 0000", "asked back", True, ()),
        ("tools", "gmail and Xero", {"tools": ["Gmail", "xero"]}, True, ()),
        ("proposal", "no thanks", "none", True, ()),
        ("team_size", "14", "asked back", False, ("team_size",)),
        ("team_size", "14", {"team_size": "41"}, False, ("team_size",)),
        ("team_size", "14", {"team_size": {"from": "14", "to": "20"}}, False, ("team_size",)),
        ("team_size", "hm", {"team_size": "14"}, False, ()),
    ],
)
def test_an_answer_is_right_or_leaves_a_wrong_number_or_misses_one(
    asked: str, said: str, *, right: object, is_right: bool, wrong_numbers: tuple[str, ...]
) -> None:
    intents = ("decline",) if asked == "proposal" else ()
    fields = {"language": "en", "asked": asked, "answer": said, "right": right, "intents": intents}

    reading = read(SmallInput.model_validate(fields), SHIPPED)

    assert (reading.is_right, reading.wrong_numbers) == (is_right, wrong_numbers)
