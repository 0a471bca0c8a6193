"""`python -m benchmarks.deliveries`: many lead events to receivers that fail, beside one that is dead."""

import argparse
import asyncio
import tempfile
from collections.abc import Collection, Mapping
from pathlib import Path

from chassis.migrations import run_migrations
from chassis.settings import DatabaseSettings
from devstack.infra import Infra
from services.leadstore.deliverer.adapters import tables
from services.leadstore.deliverer.migrations import LOCATION
from tests.support.delivering import EVERY_FAULT, FaultyRun, deliver_under_faults
from tests.support.schemas import emptied

# A dead receiver costs its neighbours nothing but the share of the machine that its own leads need.
_RUNS: Mapping[str, Collection[str]] = {
    "alone": (),
    "beside a dead one": ("dead",),
    "beside failing ones and a dead one": EVERY_FAULT,
}


def main() -> None:
    """Deliver three times; 1 when a receiver has not every lead's last state once and in order."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.deliveries", description=__doc__)
    parser.add_argument("--events", type=int, default=10_000)
    parser.add_argument("--within-s", type=float, default=1_800.0)
    options = parser.parse_args()
    runs = dict[str, FaultyRun]()
    with tempfile.TemporaryDirectory() as folder, Infra.start(Path(folder), "tansu") as infra:
        url = infra.create_database("deliveries")
        run_migrations(DatabaseSettings.at(url), script_location=LOCATION, schema=tables.SCHEMA)
        for shown, beside in _RUNS.items():
            runs[shown] = asyncio.run(_run(url, options.events, options.within_s, beside))
            seconds, alone = runs[shown].seconds["good"], runs["alone"].seconds["good"]
            ratio = f"{seconds:.1f} s for {options.events} events, x{seconds / alone:.2f}"
            print(f"the good receiver {shown}: {ratio}")
    last = runs[shown]
    print(f"seconds until all is delivered: {last.seconds}")
    for name, told in last.told.items():
        print(f"  {name}: {told}")
    print(f"the dead one: {last.dead} delivered, waiting, dead; forbidden addresses called: {last.trapped}")
    wrong = [each for run in runs.values() for each in run.wrong]
    print("\n".join(wrong[:20]) or "every receiver has each lead's last state, in order, once in effect")
    raise SystemExit(1 if wrong or any(run.trapped for run in runs.values()) else 0)


async def _run(url: str, events: int, within_s: float, beside: Collection[str]) -> FaultyRun:
    async with emptied(url, tables.metadata) as engine:
        return await deliver_under_faults(engine, events=events, within_s=within_s, beside=beside)


if __name__ == "__main__":
    main()
