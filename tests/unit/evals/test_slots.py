"""Slots are scored by what was said: what was never asked and never said is no miss."""

import pytest

from contracts.values import Profile
from evals.slots import SlotScore, score_slots
from tests.unit.evals.builders import persona, played, slot

A_SENTENCE = "well my late father had a dental clinic and then I took it over"


@pytest.mark.parametrize(
    ("read", "truth", "score"),
    [
        ({"business_type": "dental clinic"}, {"business_type": "dental|dentist"}, SlotScore(right=1)),
        ({"business_type": "Dentist"}, {"business_type": "dental|dentist"}, SlotScore(right=1)),
        ({"hours_per_week": 8.0}, {"hours_per_week": ["6", "8"]}, SlotScore(right=1)),
        (
            {"tools": ("Xero", "Slack")},
            {"tools": ["Xero", "Gmail"]},
            SlotScore(right=1, wrong=("tools: 'Slack'",), missed=("tools: 'Gmail'",)),
        ),
        ({"challenge": "typing invoices"}, {"pains": ["invoices"]}, SlotScore(right=1)),
        ({"time_wasters": ("typing invoices",)}, {"pains": ["invoices"]}, SlotScore(right=1)),
    ],
)
def test_any_accepted_value_is_right_and_of_a_list_every_item_counts(
    read: dict[str, object], truth: dict[str, object], score: SlotScore
) -> None:
    profile = Profile.model_validate({name: slot(value) for name, value in read.items()})
    talk = played(("Hello", "Hi."), profile=profile, somebody=persona(truth=truth))

    assert score_slots(talk) == dict.fromkeys(truth, score)


@pytest.mark.parametrize(
    ("name", "value", "truth"), [("business_type", A_SENTENCE, "dental"), ("hours_per_week", 7.0, ["6", "8"])]
)
def test_a_number_of_no_range_and_a_whole_sentence_are_wrong(name: str, value: object, truth: object) -> None:
    profile = Profile.model_validate({name: slot(value)})
    score = score_slots(played(("Hello", "Hi."), profile=profile, somebody=persona(truth={name: truth})))[
        name
    ]

    assert (score.right, len(score.wrong), len(score.missed)) == (0, 1, 1)


def test_what_was_said_and_not_read_is_missed_and_what_was_never_said_is_not() -> None:
    somebody = persona(
        says={"opening": "Hello", "team_size": "a dozen", "success_measure": "Faster. I'm Ann Lee"},
        truth={"team_size": "12", "success_measure": "faster", "name": "Ann Lee"},
    )

    scores = score_slots(played(("Hello", "Hi."), ("a dozen", "Thanks."), somebody=somebody))

    assert scores == {"team_size": SlotScore(missed=("team_size: '12'",))}
