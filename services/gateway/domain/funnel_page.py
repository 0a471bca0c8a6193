"""What the console shows of the funnel: sums, targets, and a chart whose every length is worked out here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil, floor, log10

from contracts.read_model import FunnelDay, Step

WIDTH, HEIGHT = 960, 280
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 8, 22, 26
_MOST_LABELS = 8
_MOST_TICKS = 4
# The parts of a day's place that the bars of its steps take, one before the other.
_SHOWN = ((Step.STARTED, 0.78), (Step.PROPOSE, 0.5), (Step.BOOKED, 0.24))
# A target further away would press the bars into the ground.
_FURTHEST_TARGET = 4

STEP_NAMES = {
    Step.STARTED: "Conversations",
    Step.IDENTIFY: "Told their challenge",
    Step.SCOPE: "Named a task",
    Step.PROPOSE: "Reached the proposal",
    Step.RECOMMEND: "Accepted the proposal",
    Step.BOOK: "Wanted the demo",
    Step.LINK_SENT: "Got the link",
    Step.BOOKED: "Booked a demo",
}


@dataclass(frozen=True, slots=True)
class FunnelTargets:
    """What the owner wants: conversations a day, and the parts of them that go on, in per cent."""

    conversations_per_day: int
    proposed_percent: float
    booked_percent: float


@dataclass(frozen=True, slots=True)
class Target:
    """A figure of the period beside what the owner wants; None where there is nothing to divide by."""

    name: str
    value: float | None
    wanted: float
    unit: str
    is_met: bool


@dataclass(frozen=True, slots=True)
class StepSum:
    """A step over the whole period; the part of those that began, in per cent."""

    step: Step
    name: str
    count: int
    percent: float | None


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of the chart, in units of the drawing."""

    step: Step
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class ChartDay:
    """A day in the chart; the label is empty on most."""

    day: FunnelDay
    middle: float
    label: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """The funnel day by day; `target_y` is None where the target is too far above the bars."""

    days: tuple[ChartDay, ...]
    ticks: tuple[tuple[int, float], ...]
    target_y: float | None
    width: int = WIDTH
    height: int = HEIGHT
    left: int = _LEFT
    right: int = WIDTH - _RIGHT
    ground: int = HEIGHT - _BOTTOM


@dataclass(frozen=True, slots=True, kw_only=True)
class FunnelView:
    """Everything the page of the funnel shows."""

    first: date
    last: date
    targets: tuple[Target, ...]
    steps: tuple[StepSum, ...]
    days: tuple[FunnelDay, ...]
    chart: Chart
    cost_usd: float


def funnel_view(days: Sequence[FunnelDay], targets: FunnelTargets) -> FunnelView:
    """The page of the funnel over these days, of which there is at least one."""
    sums = {step: sum(getattr(day, step) for day in days) for step in Step}
    return FunnelView(
        first=days[0].day,
        last=days[-1].day,
        targets=_targets(sums, len(days), targets),
        steps=tuple(
            StepSum(step, STEP_NAMES[step], count, _percent(count, sums[Step.STARTED]))
            for step, count in sums.items()
        ),
        days=tuple(days),
        chart=_chart(days, targets.conversations_per_day),
        cost_usd=sum(day.model_cost_usd for day in days),
    )


def _targets(sums: dict[Step, int], days: int, wanted: FunnelTargets) -> tuple[Target, ...]:
    per_day = sums[Step.STARTED] / days
    proposed = _percent(sums[Step.PROPOSE], sums[Step.STARTED])
    booked = _percent(sums[Step.BOOKED], sums[Step.PROPOSE])
    return (
        Target(
            "Conversations a day",
            per_day,
            wanted.conversations_per_day,
            "",
            is_met=per_day >= wanted.conversations_per_day,
        ),
        Target(
            "Reached the proposal",
            proposed,
            wanted.proposed_percent,
            "\u00a0%",
            is_met=(proposed or 0) > wanted.proposed_percent,
        ),
        Target(
            "Of those, booked a demo",
            booked,
            wanted.booked_percent,
            "\u00a0%",
            is_met=(booked or 0) > wanted.booked_percent,
        ),
    )


def _percent(part: int, whole: int) -> float | None:
    return 100 * part / whole if whole else None


def _chart(days: Sequence[FunnelDay], target: int) -> Chart:
    most: int = max(max(getattr(day, step) for step, _ in _SHOWN) for day in days)
    is_near = target <= max(most, 1) * _FURTHEST_TARGET
    highest = max(most, target if is_near else 1)
    tick = _tick(highest)
    top = tick * ceil(highest / tick)
    height = HEIGHT - _TOP - _BOTTOM

    def at(count: int) -> float:
        return round(_TOP + height * (1 - count / top), 2)

    place = (WIDTH - _LEFT - _RIGHT) / len(days)
    labelled = ceil(len(days) / _MOST_LABELS)
    return Chart(
        days=tuple(
            ChartDay(
                day=day,
                middle=round(_LEFT + place * (number + 0.5), 2),
                label=f"{day.day.day} {day.day:%b}" if number % labelled == 0 else "",
                bars=tuple(
                    Bar(
                        step,
                        x=round(_LEFT + place * (number + (1 - part) / 2), 2),
                        y=at(getattr(day, step)),
                        width=round(place * part, 2),
                        height=round(HEIGHT - _BOTTOM - at(getattr(day, step)), 2),
                    )
                    for step, part in _SHOWN
                ),
            )
            for number, day in enumerate(days)
        ),
        ticks=tuple((count, at(count)) for count in range(0, top + 1, tick)),
        target_y=at(target) if is_near else None,
    )


def _tick(most: int) -> int:
    """A round distance of so many lines that few are drawn."""
    least = most / _MOST_TICKS
    power: int = 10 ** floor(log10(least)) if least >= 1 else 1
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= least)
