"""`python -m benchmarks.scaling`: what 100 to 1,000,000 conversations a day need, and a simulated rush.

`--measure` counts anew what one conversation costs on this machine and stores it: three minutes, with Java.
"""

import argparse
import json
import math
from dataclasses import asdict
from pathlib import Path

from benchmarks.scaling.capacity import Assumptions, Model, Plan, plan
from benchmarks.scaling.footprint import Footprint, measure_footprint
from benchmarks.scaling.simulation import Group, Outcome, Scaling, Simulation

STORED = Path(__file__).with_name("footprint.json")
DAYS = (100, 1_000, 10_000, 100_000, 1_000_000)
# The median of the recorded talks of twelve turns, per turn: `python -m evals` and evals/cost.py.
MODEL = Model(calls=39, input_tokens=110_000, output_tokens=2_800, usd=0.10, seconds_a_turn=2.5)
_CONVERSATIONS = 200
# From one second to the next a campaign's mail brings this many times what came before, for ten minutes.
_RUSH, _RUSH_FROM_S, _RUSH_TO_S, _SIMULATED_S = 4.0, 600, 1_200, 2_400
_START_S, _PAUSE_S, _AT_ONCE = 25, 3, 128


def stored_footprint() -> Footprint:
    """What was measured last."""
    return Footprint(**json.loads(STORED.read_text(encoding="utf-8")))


def rush(conversations_a_day: int, footprint: Footprint, lag_threshold: int, given: Assumptions) -> Outcome:
    """Dialogue when a mean day's load becomes that of the busiest minute at once, and ebbs again."""
    planned = plan(conversations_a_day, footprint, MODEL, given)
    calm = planned.turns_per_s / _RUSH
    group = Group(
        partitions=planned.partitions,
        turns_per_s=footprint.turns / footprint.cpu_s["dialogue"],
        at_once=_AT_ONCE,
        turn_s=math.ceil(MODEL.seconds_a_turn),
        start_s=_START_S,
        pause_s=_PAUSE_S,
    )
    scaling = Scaling(lag_threshold, given.least_processes, planned.partitions)
    return Simulation(
        group, scaling, lambda now: calm * (_RUSH if _RUSH_FROM_S <= now < _RUSH_TO_S else 1)
    ).run(_SIMULATED_S, unseen=_RUSH_FROM_S)


def main() -> None:
    """Print the plans and what the simulation says of them."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scaling", description=__doc__)
    parser.add_argument("--measure", action="store_true", help="count what one costs, and store it")
    parser.add_argument("--peak", type=float, default=Assumptions().peak, help="busiest minute over the mean")
    parser.add_argument("--lag-threshold", type=int, default=40, help="dialogue's, as in the chart")
    options = parser.parse_args()
    if options.measure:
        found = json.dumps(asdict(measure_footprint(_CONVERSATIONS)), indent=2)
        STORED.write_text(found + "\n", encoding="utf-8")
    footprint, given = stored_footprint(), Assumptions(peak=options.peak)
    for day in DAYS:
        _print_plan(plan(day, footprint, MODEL, given))
        _print_rush(rush(day, footprint, options.lag_threshold, given))


def _print_plan(it: Plan) -> None:
    print(f"\n{it.conversations_a_day:,} conversations a day, in the busiest minute:")
    print(f"  {it.turns_per_s:,.1f} turns/s, {it.open_turns:,} at once; {it.partitions} partitions a topic")
    print("  processes: " + ", ".join(f"{name} {count}" for name, count in it.processes.items()))
    print(f"  Kafka {it.kafka_mb_per_s:.2f} MB/s, {it.kafka_gb:,.1f} GB kept")
    print(f"  PostgreSQL {it.rows_per_s:,.0f} rows/s, {it.postgres_gb:,.1f} GB kept")
    print(f"  Redis {it.redis_commands_per_s:,.0f} commands/s")
    print(f"  model {it.model_calls_per_minute:,} calls/min, {it.model_tokens_per_minute:,} tokens/min")
    print(f"  USD {it.model_usd_a_day:,.0f} a day of the model, {it.cores_usd_a_month:,.0f} a month of cores")


def _print_rush(it: Outcome) -> None:
    waits = f"waits p50 {it.wait(0.5)} s, p95 {it.wait(0.95)} s, longest {it.wait(1)} s"
    print(f"  four times the load at once: {waits}; {max(it.replicas)} dialogues, {it.rebalances} rebalances")


if __name__ == "__main__":
    main()
