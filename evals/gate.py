"""The gate: all that keeps it shut, in words."""

from collections.abc import Iterator
from dataclasses import dataclass

from evals.scoring import Score, Summary

_COST_UNKNOWN = (
    "what {unknown} of {all} conversations cost is unknown: give an API key of scope read (DEV_API_KEY or"
    " --api-key), or say --no-cost"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """The least a set of personas has to score, as shares of 1, and the most wrong numbers it may store."""

    precision: float
    recall: float
    tier_accuracy: float = 0.0
    ended_well: float = 0.0
    wrong_numbers: int = 0


# Of known personas each tier and each end is held by itself. What is stored must be right; what is not
# understood is asked for again, so less of it is enough.
KNOWN_BAR = Bar(precision=0.98, recall=0.94, tier_accuracy=1.0, ended_well=1.0)
# What the guided conversation scores today, cut after three digits: it says the same each time, so there is
# no noise to allow for.
HELD_OUT_BAR = Bar(precision=0.95, recall=0.92, tier_accuracy=0.86, ended_well=0.9, wrong_numbers=3)


def faults(summary: Summary, *, without_cost: bool = False) -> list[str]:
    """What is wrong with known personas, each held to every promise; empty when the gate opens."""
    found = list(_no_exceptions(summary, without_cost=without_cost))
    for score in summary.scores:
        found += _led_astray(score)
    return found + list(_below(summary, KNOWN_BAR))


def held_out_faults(
    summary: Summary, bar: Bar | None = HELD_OUT_BAR, *, without_cost: bool = False
) -> list[str]:
    """What is wrong with held-out personas: a rule broken, money lost, or less understood than the bar.

    Nobody is held to the bar alone; a part of the set is played without one.
    """
    found = list(_no_exceptions(summary, without_cost=without_cost))
    return found + (list(_below(summary, bar)) if bar else [])


def _no_exceptions(summary: Summary, *, without_cost: bool) -> Iterator[str]:
    for score in summary.scores:
        name = score.played.persona.id
        yield from (f"{name}: {violation}" for violation in score.violations)
        if score.cost_too_much:
            cost, turns = score.played.outcome.cost_usd, len(score.played.exchanges)
            yield f"{name}: cost ${cost:.4f} in {turns} turns"
    unknown = sum(score.played.outcome.cost_usd is None for score in summary.scores)
    if unknown and not without_cost:
        yield _COST_UNKNOWN.format(unknown=unknown, all=len(summary.scores))


def _led_astray(score: Score) -> Iterator[str]:
    name, exchanges = score.played.persona.id, score.played.exchanges
    if not score.ended_well:
        yield f"{name}: ended at {exchanges[-1].reply.stage}"
    if score.tier_is_right is False:
        yield f"{name}: the tier is not {score.played.persona.tier}"
    if score.took_too_long:
        yield f"{name}: took {len(exchanges)} turns"


def _below(summary: Summary, bar: Bar) -> Iterator[str]:
    for what, scored, least in (
        ("slot precision", summary.slots.precision, bar.precision),
        ("slot recall", summary.slots.recall, bar.recall),
        ("tier accuracy", summary.tier_accuracy, bar.tier_accuracy),
        ("ended well", summary.ended_well, bar.ended_well),
    ):
        if scored < least:
            yield f"{what} {scored:.3f} is below {least}"
    if len(summary.wrong_numbers) > bar.wrong_numbers:
        yield f"{len(summary.wrong_numbers)} wrong numbers were stored, and {bar.wrong_numbers} may be"
