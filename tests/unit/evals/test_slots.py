"""Slots are scored by what was said: what was never asked and never said is no miss."""

import pytest

from contracts.values import Profile
from evals.slots import SlotScore, score_slots
from tests.unit.evals.builders import persona, played, slot


def scored(name: str, profile: Profile, truth: dict[str, object], **says: str) -> SlotScore | None:
    somebody = persona(truth=truth, says={"opening": "Hello"} | says)
    lines = [("Hello", "Hi.")] + [(line, "Thanks.") for line in says.values()]
    return score_slots(played(*lines, profile=profile, somebody=somebody)).get(name)


@pytest.mark.parametrize("value", ["dental clinic", "Dentist"])
def test_any_of_the_accepted_words_is_right(value: str) -> None:
    score = scored("business_type", Profile(business_type=slot(value)), {"business_type": "dental|dentist"})

    assert score == SlotScore(right=1)


def test_a_whole_sentence_is_no_business_type() -> None:
    swallowed = Profile(business_type=slot("well my late father had a dental clinic and then I took it over"))

    score = scored("business_type", swallowed, {"business_type": "dental"})

    assert score is not None
    assert (score.right, len(score.wrong), len(score.missed)) == (0, 1, 1)


def test_any_number_of_a_range_is_right_and_no_other() -> None:
    truth = {"hours_per_week": ["6", "8"]}

    assert scored("hours_per_week", Profile(hours_per_week=slot(8.0)), truth) == SlotScore(right=1)
    assert scored("hours_per_week", Profile(hours_per_week=slot(7.0)), truth) != SlotScore(right=1)


def test_of_a_list_every_item_counts() -> None:
    score = scored("tools", Profile(tools=slot(("Xero", "Slack"))), {"tools": ["Xero", "Gmail"]})

    assert score == SlotScore(right=1, wrong=("tools: 'Slack'",), missed=("tools: 'Gmail'",))


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
