"""The funnel counts a conversation once a step, on the day it first took it."""

from datetime import date, timedelta

import pytest

from contracts.values import Stage
from services.leadstore.domain import FunnelDay, Step, check_period, funnel_days, project
from services.leadstore.errors import InvalidPeriod
from tests.unit.leadstore.builders import Story, at

MONDAY = date(2026, 3, 2)


def test_stages_that_were_passed_over_were_reached() -> None:
    story = Story()

    steps = project({}, [story.advanced(Stage.PROPOSE, 5, from_stage=Stage.IDENTIFY)]).funnel_steps

    assert set(steps) == {(story.id, Step.SCOPE), (story.id, Step.PROPOSE)}


def test_a_step_is_counted_when_it_was_first_taken_and_though_the_demo_was_canceled() -> None:
    story = Story()
    shown = [story.answered(minute=minute, calendly_shown=True) for minute in (9, 4)]
    booked = story.booked(5)

    steps = project({}, [*shown, booked, story.canceled(booked.data.demo_id, 6)]).funnel_steps

    assert steps[story.id, Step.LINK_SENT].reached_at == at(4)
    assert steps[story.id, Step.BOOKED].reached_at == at(5)


def test_only_an_earlier_turn_moves_the_start() -> None:
    story = Story()
    known = project({}, [story.started(2)]).after

    assert project(known, [story.turn(3), story.started(4)]).funnel_steps == {}
    steps = project(known, [story.turn(1)]).funnel_steps
    assert steps[story.id, Step.STARTED].reached_at == at(1)


def test_days_without_any_conversation_are_rows_of_nought() -> None:
    tuesday = MONDAY + timedelta(days=1)

    rows = funnel_days([(MONDAY, Step.STARTED, 3), (MONDAY, Step.BOOKED, 1)], {}, first=MONDAY, last=tuesday)

    assert rows == [FunnelDay(day=MONDAY, started=3, booked=1), FunnelDay(day=tuesday)]


@pytest.mark.parametrize("days", [-1, 366, 4000])
def test_a_period_that_cannot_be_answered_is_refused(days: int) -> None:
    with pytest.raises(InvalidPeriod):
        check_period(MONDAY, MONDAY + timedelta(days=days))


def test_what_a_day_cost_is_shared_by_the_conversations_that_began_on_it() -> None:
    tuesday = MONDAY + timedelta(days=1)

    rows = funnel_days([(MONDAY, Step.STARTED, 4)], {MONDAY: 0.1, tuesday: 0.02}, first=MONDAY, last=tuesday)

    assert [(row.model_cost_usd, row.model_cost_per_conversation_usd) for row in rows] == [
        (0.1, 0.025),
        (0.02, None),
    ]
