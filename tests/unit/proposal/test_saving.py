"""What is won when the visitor's own measure is met."""

import pytest

from contracts.values import Profile
from services.proposal.domain.saving import hours_saved, with_unit
from tests.unit.proposal.builders import told


def won(measure: str, hours: float = 25.0) -> float | None:
    return hours_saved(Profile(hours_per_week=told(hours), success_measure=told(measure)))


@pytest.mark.parametrize(
    ("measure", "saved"),
    [
        ("under 5", 20),
        ("under 5 hours a week", 20),
        ("if we get that under 5", 20),
        ("it takes less than 2 hours a week", 23),
        ("getting it down to five hours", 20),
        ("from 25 to 5 hours", 20),
        ("save 10 hours a week", 10),
        ("getting 10 hours back", 10),
        ("half the time", 12.5),
        ("cut the time in half", 12.5),
    ],
)
def test_hours_are_won_where_the_visitor_says_how_many(measure: str, saved: float) -> None:
    assert won(measure) == saved


@pytest.mark.parametrize(
    "measure",
    [
        "half",
        "half as many no-shows",
        "cut it in half",
        "replies within an hour",
        "answer in under 5 hours",
        "under 5 minutes",
        "under 5 no-shows",
        "under 5%",
        "under 30 hours",
        "under an hour a day",
        "save 30 hours a week",
        "no more double bookings",
    ],
)
def test_nothing_is_won_on_paper_that_the_visitor_did_not_say(measure: str) -> None:
    assert won(measure) is None


def test_without_the_hours_of_today_no_measure_tells_what_is_won() -> None:
    assert hours_saved(Profile(success_measure=told("under 5 hours"))) is None


@pytest.mark.parametrize(
    ("measure", "read"),
    [
        ("we get that under 5", "we get that under 5 hours a week"),
        ("down to five", "down to five hours a week"),
        ("from 25 to 2.5", "from 25 to 2.5 hours a week"),
        ("under 5 hours", "under 5 hours"),
        ("half the time", "half the time"),
    ],
)
def test_a_measure_that_leaves_the_hours_out_is_read_with_them(measure: str, read: str) -> None:
    assert with_unit(measure, "{hours} hours a week") == read
