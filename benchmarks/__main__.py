"""`python -m benchmarks`: the whole pipeline at 1, 10 and 100 conversations, with a 0 and an 800 ms model."""

import argparse
import json
import os
import platform
import tempfile
from dataclasses import asdict
from pathlib import Path

import uvloop

from benchmarks.load import Cell, measure
from benchmarks.stack import running_stack
from devstack.infra import Infra

# Turns for each number of conversations, by model delay in milliseconds.
_LOADS = {0: {1: 100, 10: 1500, 100: 2000}, 800: {1: 20, 10: 200, 100: 1500}}
_WARM_UP_TURNS = 300
_ROW = "{:>8} {:>14} {:>7} {:>7} {:>9} {:>9} {:>9} {:>12}"


def main() -> None:
    """Measure, print a table, and write the figures where asked."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--out", type=Path, help="write the figures to this JSON file")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Infra.start(Path(folder)) as infra:
        # The load generator shares the cores with what it measures, so it must be light.
        cells = uvloop.run(_measure_all(infra))
        broker = infra.broker_name
    reference = next(cell for cell in cells if (cell.conversations, cell.model_delay_ms) == (10, 0))
    figures = {
        "turns_per_s": reference.turns_per_s,
        "cpu_s_per_1000_turns": reference.cpu_s_per_1000_turns,
        "cells": [asdict(cell) for cell in cells],
        "broker": broker,
        "python": platform.python_version(),
        "cores": os.cpu_count(),
    }
    if options.out:
        options.out.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    print(f"\nCPU seconds per 1,000 turns (10 conversations, 0 ms model): {reference.cpu_s_per_1000_turns}")
    for name, seconds in reference.cpu_s_per_1000_turns_by_service.items():
        print(f"  {name:<10} {seconds:>6}")


async def _measure_all(infra: Infra) -> list[Cell]:
    print(
        _ROW.format("model", "conversations", "turns", "failed", "turns/s", "p50 ms", "p95 ms", "cpu s/1000")
    )
    cells = []
    for delay_ms, loads in _LOADS.items():
        async with running_stack(infra, model_delay_s=delay_ms / 1000) as stack:
            await measure(stack, conversations=20, turns=_WARM_UP_TURNS, model_delay_ms=delay_ms)
            for conversations, turns in loads.items():
                cell = await measure(stack, conversations=conversations, turns=turns, model_delay_ms=delay_ms)
                cells.append(cell)
                _print(cell)
    return cells


def _print(cell: Cell) -> None:
    print(
        _ROW.format(
            f"{cell.model_delay_ms} ms",
            cell.conversations,
            cell.turns,
            cell.failed,
            cell.turns_per_s,
            cell.p50_ms,
            cell.p95_ms,
            cell.cpu_s_per_1000_turns,
        ),
        flush=True,
    )


if __name__ == "__main__":
    main()
