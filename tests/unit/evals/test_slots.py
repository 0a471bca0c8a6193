"""Slots are scored by what was said: what was never asked and never said is no miss."""

import pytest

from contracts.values import Profile
from evals.slots import SlotScore, score_slots
from tests.unit.evals.builders import persona, played, slot


def scored(name: str, profile: Profile, truth: dict[str, object], **says: str) -> SlotScore | None:
    somebody = persona(truth=truth, says={"opening": "Hello"} | says)
    lines = [("Hello", "Hi.")] + [(line, "Thanks.") for line in says.values()]
    return score_slots(played(*lines, profile=profile, somebody=somebody)).get(name)


@pytest.mark.parametrize(
    ("name", "value", "truth", "score"),
    [
        ("business_type", "dental clinic", "dental|dentist", SlotScore(right=1)),
        ("business_type", "Dentist", "dental|dentist", SlotScore(right=1)),
        ("hours_per_week", 8.0, ["6", "8"], SlotScore(right=1)),
        (
            "tools",
            ("Xero", "Slack"),
            ["Xero", "Gmail"],
            SlotScore(right=1, wrong=("tools: 'Slack'",), missed=("tools: 'Gmail'",)),
        ),
    ],
)
def test_any_accepted_value_is_right_and_of_a_list_every_item_counts(
    name: str, value: object, truth: object, score: SlotScore
) -> None:
    assert scored(name, Profile.model_validate({name: slot(value)}), {name: truth}) == score


def test_a_number_of_no_range_and_a_whole_sentence_are_wrong() -> None:
    swallowed = Profile(business_type=slot("well my late father had a dental clinic and then I took it over"))

    sentence = scored("business_type", swallowed, {"business_type": "dental"})
    hours = scored("hours_per_week", Profile(hours_per_week=slot(7.0)), {"hours_per_week": ["6", "8"]})

    for score in (sentence, hours):
        assert score is not None
        assert (score.right, len(score.wrong), len(score.missed)) == (0, 1, 1)


def test_what_hurts_may_be_read_as_the_challenge_or_as_a_time_waster() -> None:
    truth = {"pains": ["invoices"]}

    as_challenge = scored("pains", Profile(challenge=slot("typing invoices")), truth)
    as_waster = scored("pains", Profile(time_wasters=slot(("typing invoices",))), truth)

    assert as_challenge == as_waster == SlotScore(right=1)


def test_what_was_never_said_is_not_missed() -> None:
    somebody = persona(
        says={"opening": "Hello", "success_measure": "Faster. I'm Ann Lee"},
        truth={"success_measure": "faster", "name": "Ann Lee"},
    )

    assert score_slots(played(("Hello", "Hi."), somebody=somebody)) == {}


def test_what_was_said_and_not_read_is_missed() -> None:
    score = scored("team_size", Profile(), {"team_size": "12"}, team_size="a dozen")

    assert score == SlotScore(missed=("team_size: '12'",))
