"""What a run found, as tables for people; held-out personas without a word of theirs."""

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.table import Table

from evals.measure import Measured
from evals.scoring import Score, Summary

_HEADINGS = ("persona", "group", "stages", "turns", "to link", "slots P/R", "tier", "broken rules", "$")
_UNKNOWN = "unknown"


def show(measured: Sequence[Measured], console: Console, *, reveal: bool = False) -> None:
    """Print each set: its personas, the slots, and all that is wrong; then how the sets compare.

    Only where it is to `reveal` them, for a truth that may be wrong, are held-out personas told in words.
    """
    for one in measured:
        console.print(_personas(one))
        console.print(_slots(one.summary))
        if one.is_told_in_words(reveal=reveal):
            for text in _misreadings(one.summary):
                console.print(text, highlight=False)
        for fault in one.faults:
            console.print(f"[red]✗[/] {fault}", highlight=False)
    console.print(_sets(measured))


def _sets(measured: Sequence[Measured]) -> Table:
    table = Table(title="sets", box=None, header_style="bold")
    for heading in ("set", "personas", "well", "tier", "slots P", "slots R", "$", "$ each", "faults"):
        table.add_column(heading)
    for one in measured:
        whole, bar = one.summary, one.bar
        table.add_row(
            one.chosen.of.heading,
            str(len(whole.scores)),
            f"{whole.ended_well:.1%}",
            f"{whole.tier_accuracy:.1%}",
            f"{whole.slots.precision:.3f}",
            f"{whole.slots.recall:.3f}",
            _dollars(whole.cost_usd),
            _dollars(whole.cost_of_each_usd),
            str(len(one.faults) or ""),
        )
        if bar:
            shares = (f"{bar.ended_well:.1%}", f"{bar.tier_accuracy:.1%}")
            table.add_row("- bar", "", *shares, f"{bar.precision:.3f}", f"{bar.recall:.3f}")
    return table


def _dollars(cost: float | None) -> str:
    return _UNKNOWN if cost is None else f"{cost:.4f}"


def _personas(measured: Measured) -> Table:
    scores = measured.summary.scores
    title = f"{len(scores)} {measured.chosen.of.heading} personas"
    table = Table(title=title, box=None, header_style="bold")
    for heading in _HEADINGS:
        table.add_column(heading)
    for score in scores:
        played = score.played
        slots = score.all_slots
        table.add_row(
            played.persona.id,
            played.persona.group,
            " ".join(stage.value[:2] for stage in played.stage_path),
            str(len(played.exchanges)),
            str(played.turns_to_link or "-"),
            f"{slots.precision:.2f} {slots.recall:.2f}",
            _tier(score),
            str(len(score.violations) or ""),
            _dollars(played.outcome.cost_usd),
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


def _misreadings(summary: Summary) -> Iterator[str]:
    for score in summary.scores:
        whole, name = score.all_slots, score.played.persona.id
        yield from (f"  [dim]{name}:[/] wrong {text}" for text in whole.wrong)
        yield from (f"  [dim]{name}:[/] missed {text}" for text in whole.missed)
