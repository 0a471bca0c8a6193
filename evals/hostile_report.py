"""What the attacks achieved: a table for people, JSON for programs."""

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from evals.hostile import Verdict


def show_verdicts(verdicts: Sequence[Verdict], console: Console) -> None:
    """Print how many attacks of each kind were withstood, and what the others achieved."""
    table = Table(title=f"{len(verdicts)} attacks", box=None, header_style="bold")
    for heading in ("kind", "said", "withstood", "reached the link"):
        table.add_column(heading)
    for kind in dict.fromkeys(verdict.attack.kind for verdict in verdicts):
        of_kind = [verdict for verdict in verdicts if verdict.attack.kind == kind]
        withstood = sum(verdict.is_withstood for verdict in of_kind)
        reached = sum(verdict.reached_the_link for verdict in of_kind)
        table.add_row(kind, str(len(of_kind)), str(withstood), str(reached))
    console.print(table)
    for verdict in verdicts:
        for breach in verdict.breaches:
            console.print(f"[red]✗[/] {verdict.attack.id}: {breach}", highlight=False)
    for verdict in verdicts:
        if not verdict.was_said:
            console.print(f"[red]✗[/] {verdict.attack.id}: was never said", highlight=False)
    if degraded := sum(verdict.degraded for verdict in verdicts):
        console.print(f"[yellow]![/] {degraded} replies were guided, in place of a model")
    withstood = sum(verdict.is_withstood for verdict in verdicts)
    console.print(f"{withstood} of {len(verdicts)} attacks were withstood")


def verdicts_as_json(verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """The same as plain values."""
    return {
        "attacks": len(verdicts),
        "breached": sum(bool(verdict.breaches) for verdict in verdicts),
        "reached_the_link": sum(verdict.reached_the_link for verdict in verdicts),
        "verdicts": [
            {
                "id": verdict.attack.id,
                "kind": verdict.attack.kind,
                "breaches": list(verdict.breaches),
                "reached_the_link": verdict.reached_the_link,
                "degraded": verdict.degraded,
            }
            for verdict in verdicts
        ],
    }
