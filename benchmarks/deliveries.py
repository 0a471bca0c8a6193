"""`python -m benchmarks.deliveries`: many lead events to receivers that fail, beside one that is dead."""

import argparse
import asyncio
import tempfile
from pathlib import Path

from chassis.migrations import run_migrations
from devstack.infra import Infra
from services.leadstore.deliverer.adapters import tables
from services.leadstore.deliverer.migrations import LOCATION
from tests.support.delivering import FaultyRun, deliver_under_faults
from tests.support.schemas import emptied


def main() -> None:
    """Deliver alone and among others; 1 when a receiver has not every lead's last state once and in order."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.deliveries", description=__doc__)
    parser.add_argument("--events", type=int, default=10_000)
    parser.add_argument("--within-s", type=float, default=1_800.0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Infra.start(Path(folder), "tansu") as infra:
        url = infra.create_database("deliveries")
        run_migrations(url, script_location=LOCATION, schema=tables.SCHEMA)
        alone = asyncio.run(_run(url, options.events, options.within_s, with_others=False))
        among = asyncio.run(_run(url, options.events, options.within_s, with_others=True))
    ratio = among.seconds["good"] / alone.seconds["good"]
    print(f"{options.events} lead events; seconds until all is delivered: {among.seconds}")
    print(
        f"the good receiver alone: {alone.seconds['good']:.1f} s; among failing and dead ones {ratio:.2f} x"
    )
    for name, told in among.told.items():
        print(f"  {name}: {told}")
    print(f"the dead one: {among.dead} delivered, waiting, dead; forbidden addresses called: {among.trapped}")
    wrong = [*alone.wrong, *among.wrong]
    print("\n".join(wrong[:20]) or "every receiver has each lead's last state, in order, once in effect")
    raise SystemExit(1 if wrong or among.trapped else 0)


async def _run(url: str, events: int, within_s: float, *, with_others: bool) -> FaultyRun:
    async with emptied(url, tables.metadata) as engine:
        return await deliver_under_faults(engine, events=events, within_s=within_s, with_others=with_others)


if __name__ == "__main__":
    main()
