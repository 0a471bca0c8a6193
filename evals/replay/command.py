"""The replay as a command: where conversations come from, how they are led again, what is printed."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx2
from rich.console import Console

from devstack.child import PROJECT
from evals.over_http import OverHttp
from evals.replay.difference import Difference, compare
from evals.replay.leading import Leading
from evals.replay.rerun import in_process, rerun
from evals.replay.stored import Stored
from evals.run import TIMEOUT_S
from evals.stack import API_KEY, running_product
from playbook import Playbook


async def replay_in_process(stored: Sequence[Stored], playbook: Playbook) -> list[Difference]:
    """Every conversation by this playbook, guided."""
    return [compare(one, await rerun(one, in_process(one, playbook))) for one in stored]


async def replay_through_services(
    stored: Sequence[Stored],
    playbook: Path,
    *,
    prompt: Path | None = None,
) -> list[Difference]:
    """Every conversation through a product of its own; with OPENAI_* in the environment a model speaks.

    The model is told `prompt`, or else what the playbook names.
    """
    told = {"PROMPT_PATH": str(PROJECT / prompt)} if prompt else {}
    async with (
        running_product(playbook, told) as url,
        httpx2.AsyncClient(base_url=url, timeout=TIMEOUT_S) as http,
    ):
        again = await asyncio.gather(*(rerun(one, OverHttp(http, api_key=API_KEY)) for one in stored))
    return [compare(before, after) for before, after in zip(stored, again, strict=True)]


def show_differences(
    differences: Sequence[Difference], sides: tuple[Leading, Leading], console: Console
) -> None:
    """Print by what they were led before and after, and what changed, conversation by conversation."""
    for when, leading in zip(("before", "after"), sides, strict=True):
        console.print(f"{when}: {leading}", highlight=False, markup=False, soft_wrap=True)
    for difference in differences:
        if difference.changes:
            console.print(f"[bold]{difference.conversation_id}[/] ({difference.turns} turns)")
        for name, change in difference.changes.items():
            console.print(f"  {name}: {change}", highlight=False)
    changed = sum(bool(difference.changes) for difference in differences)
    console.print(f"{changed} of {len(differences)} conversations would have gone differently")


def differences_as_json(differences: Sequence[Difference], sides: tuple[Leading, Leading]) -> dict[str, Any]:
    """The same as plain values."""
    before, after = sides
    return {
        "before": before.as_json(),
        "after": after.as_json(),
        "conversations": [difference.as_json() for difference in differences],
    }
