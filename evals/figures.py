"""What a run found, as plain values for programs; held-out personas without a word of theirs."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from evals.measure import Measured
from evals.scoring import Score
from evals.slots import SlotScore


def as_json(measured: Sequence[Measured], *, reveal: bool = False) -> dict[str, Any]:
    """Every set by its name; only where it is to `reveal` them are held-out personas told in words."""
    return {
        one.chosen.of.value: _set_json(one, in_words=one.is_told_in_words(reveal=reveal)) for one in measured
    }


def _set_json(measured: Measured, *, in_words: bool) -> dict[str, Any]:
    summary, bar = measured.summary, measured.bar
    return {
        "personas": [
            _persona_json(score) | (_in_words(score) if in_words else {}) for score in summary.scores
        ],
        "slots": {
            name: _counts(score) | (_misread(score) if in_words else {})
            for name, score in summary.by_slot.items()
        },
        "slot_precision": summary.slots.precision,
        "slot_recall": summary.slots.recall,
        "wrong_numbers": len(summary.wrong_numbers),
        "tier_accuracy": summary.tier_accuracy,
        "ended_well": summary.ended_well,
        "violations": sum(len(score.violations) for score in summary.scores),
        "cost_usd": summary.cost_usd,
        "cost_of_each_usd": summary.cost_of_each_usd,
        "bar": asdict(bar) if bar else None,
        "faults": list(measured.faults),
    }


def _persona_json(score: Score) -> dict[str, Any]:
    played, slots = score.played, score.all_slots
    return {
        "persona": played.persona.id,
        "group": played.persona.group,
        "stage_path": [stage.value for stage in played.stage_path],
        "turns": len(played.exchanges),
        "turns_to_link": played.turns_to_link,
        "ended_well": score.ended_well,
        "tier": played.outcome.tier.tier if played.outcome.tier else None,
        "tier_is_right": score.tier_is_right,
        "slot_precision": slots.precision,
        "slot_recall": slots.recall,
        "violations": list(score.violations),
        "cost_usd": played.outcome.cost_usd,
    }


def _in_words(score: Score) -> dict[str, Any]:
    said = [{"visitor": one.said, "bot": one.reply.text} for one in score.played.exchanges]
    return {**_misread(score.all_slots), "transcript": said}


def _misread(score: SlotScore) -> dict[str, Any]:
    return {"wrong": list(score.wrong), "missed": list(score.missed)}


def _counts(score: SlotScore) -> dict[str, Any]:
    return {
        "right": score.right,
        "wrong_count": len(score.wrong),
        "missed_count": len(score.missed),
        "precision": score.precision,
        "recall": score.recall,
    }
