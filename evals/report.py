"""What a run found: a table for people, JSON for programs."""

from typing import Any

from rich.console import Console
from rich.table import Table

from evals.scoring import Score, Summary, faults
from evals.slots import SlotScore

_HEADINGS = ("persona", "group", "stages", "turns", "to link", "slots P/R", "tier", "broken rules", "$")


def show(summary: Summary, console: Console) -> None:
    """Print the personas, the slots, and all that is wrong."""
    console.print(_personas(summary))
    console.print(_slots(summary))
    for score in summary.scores:
        for text in _misreadings(score):
            console.print(f"  [dim]{score.played.persona.id}:[/] {text}", highlight=False)
    whole = summary.slots
    console.print(
        f"ended well {summary.ended_well:.0%} · tier {summary.tier_accuracy:.0%}"
        f" · slot precision {whole.precision:.3f} · recall {whole.recall:.3f}"
        f" · cost ${summary.cost_usd:.4f}, a conversation ${summary.cost_of_each_usd:.4f}"
    )
    for fault in faults(summary):
        console.print(f"[red]✗[/] {fault}", highlight=False)


def as_json(summary: Summary) -> dict[str, Any]:
    """The same as plain values."""
    return {
        "personas": [_persona_json(score) for score in summary.scores],
        "slots": {name: _slot_json(score) for name, score in summary.by_slot.items()},
        "slot_precision": summary.slots.precision,
        "slot_recall": summary.slots.recall,
        "tier_accuracy": summary.tier_accuracy,
        "ended_well": summary.ended_well,
        "violations": sum(len(score.violations) for score in summary.scores),
        "cost_usd": summary.cost_usd,
        "cost_of_each_usd": summary.cost_of_each_usd,
        "faults": faults(summary),
    }


def _personas(summary: Summary) -> Table:
    table = Table(title=f"{len(summary.scores)} personas", box=None, header_style="bold")
    for heading in (
        "persona",
        "group",
        "stages",
        "turns",
        "to link",
        "slots P/R",
        "tier",
        "broken rules",
        "$",
    ):
        table.add_column(heading)
    for score in summary.scores:
        played = score.played
        slots = _whole(score)
        table.add_row(
            played.persona.id,
            played.persona.group,
            " ".join(stage.value[:2] for stage in played.stage_path),
            str(len(played.exchanges)),
            str(played.turns_to_link or "-"),
            f"{slots.precision:.2f} {slots.recall:.2f}",
            _tier(score),
            str(len(score.violations) or ""),
            f"{played.outcome.cost_usd:.4f}",
        )
    return table


def _tier(score: Score) -> str:
    got = score.played.outcome.tier
    mark = {True: " ✓", False: " ✗", None: ""}[score.tier_is_right]
    return f"{got.tier if got else '-'}{mark}"


def _slots(summary: Summary) -> Table:
    table = Table(title="slots", box=None, header_style="bold")
    for heading in ("slot", "right", "wrong", "missed", "precision", "recall"):
        table.add_column(heading)
    for name, slot in summary.by_slot.items():
        counts = (slot.right, len(slot.wrong), len(slot.missed))
        table.add_row(name, *map(str, counts), f"{slot.precision:.2f}", f"{slot.recall:.2f}")
    return table


def _misreadings(score: Score) -> list[str]:
    whole = _whole(score)
    return [f"wrong {text}" for text in whole.wrong] + [f"missed {text}" for text in whole.missed]


def _whole(score: Score) -> SlotScore:
    return Summary([score]).slots


def _persona_json(score: Score) -> dict[str, Any]:
    played, slots = score.played, _whole(score)
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
        "wrong": list(slots.wrong),
        "missed": list(slots.missed),
        "violations": list(score.violations),
        "cost_usd": played.outcome.cost_usd,
        "transcript": [{"visitor": one.said, "bot": one.reply.text} for one in played.exchanges],
    }


def _slot_json(score: SlotScore) -> dict[str, Any]:
    return {
        "right": score.right,
        "wrong": list(score.wrong),
        "missed": list(score.missed),
        "precision": score.precision,
        "recall": score.recall,
    }
