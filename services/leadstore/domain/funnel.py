"""The funnel: how many conversations reached which step on which day."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from uuid import UUID

from contracts.cloudevent import CloudEvent, Event
from contracts.events import (
    ConversationStarted,
    DemoBooked,
    DemoRescheduled,
    StageAdvanced,
    TurnAnswered,
    TurnReceived,
)
from contracts.read_model import FunnelDay, Step
from contracts.values import Stage, Value
from services.leadstore.domain.spending import cost_of_each
from services.leadstore.errors import InvalidPeriod

MOST_DAYS = 366


class FunnelStep(Value):
    """A conversation reached a step for the first time."""

    conversation_id: UUID
    step: Step
    reached_at: datetime


def steps_of(event: CloudEvent[Event]) -> tuple[Step, ...]:
    """The steps the event is proof of; stages that were passed over are reached too."""
    match event.data:
        case TurnReceived() | ConversationStarted():
            return (Step.STARTED,)
        case StageAdvanced(from_stage=left, to_stage=reached):
            passed = (stage for stage in Stage if left.position < stage.position <= reached.position)
            return tuple(Step(stage) for stage in passed)
        case TurnAnswered(calendly_shown=True):
            return (Step.LINK_SENT,)
        case DemoBooked() | DemoRescheduled():
            return (Step.BOOKED,)
        case _:
            return ()


def check_period(first: date, last: date) -> None:
    """Refuse a period that cannot be answered.

    Raises:
        InvalidPeriod: it ends before it begins, or is longer than a year.
    """
    if not timedelta(0) <= last - first < timedelta(days=MOST_DAYS):
        raise InvalidPeriod(f"{first} to {last} is not a period of 1 to {MOST_DAYS} days")


def funnel_days(
    counts: Iterable[tuple[date, Step, int]], costs: Mapping[date, float], *, first: date, last: date
) -> list[FunnelDay]:
    """One row for every day of the period, also for those on which nothing happened."""
    days = (last - first).days + 1
    rows: dict[date, dict[str, int]] = {first + timedelta(days=ordinal): {} for ordinal in range(days)}
    for day, step, count in counts:
        rows[day][step] = count
    return [_funnel_day(day, counted, costs.get(day, 0.0)) for day, counted in rows.items()]


def _funnel_day(day: date, counted: dict[str, int], cost_usd: float) -> FunnelDay:
    return FunnelDay(
        day=day,
        **counted,
        model_cost_usd=cost_usd,
        model_cost_per_conversation_usd=cost_of_each(cost_usd, counted.get(Step.STARTED, 0)),
    )
