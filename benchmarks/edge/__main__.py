"""`python -m benchmarks.edge`: a flood of openings, idle streams and slow readers, and what others notice."""

import argparse
import tempfile
from pathlib import Path

import uvloop

from benchmarks.edge.flood import Flood, measure_flood
from benchmarks.edge.streams import MOST_SLOWER, Phase, measure_streams, slower
from devstack.infra import Infra

_ROW = "{:>24} {:>11} {:>6} {:>8} {:>8} {:>8} {:>7}"


def main() -> None:
    """Measure both, or the one that is named; 1 when the edge does not hold."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.edge", description=__doc__)
    parser.add_argument("--only", choices=("flood", "streams"))
    parser.add_argument("--openings", type=int, default=1_200)
    parser.add_argument("--idle", type=int, default=2_000)
    parser.add_argument("--slow", type=int, default=200)
    parser.add_argument("--turns", type=int, default=600, help="turns of other visitors a phase")
    options = parser.parse_args()
    holds = True
    with tempfile.TemporaryDirectory() as folder, Infra.start(Path(folder)) as infra:
        if options.only != "streams":
            flood = uvloop.run(measure_flood(infra, openings=options.openings))
            _print_flood(flood)
            holds = flood.is_held
        if options.only != "flood":
            streams = measure_streams(infra, idle=options.idle, slow=options.slow, turns=options.turns)
            holds = _print_streams(uvloop.run(streams)) and holds
    raise SystemExit(0 if holds else 1)


def _print_flood(flood: Flood) -> None:
    soonest, latest = flood.retry_after_s
    print(f"{flood.openings} openings from one address in {flood.seconds} s: {flood.statuses}")
    print(f"  Retry-After {soonest} to {latest} s; {flood.guided} answered without a model")
    print(f"  {100 * flood.share_of_day:.2f} % of the day's tokens used, by everybody")
    print(f"another address meanwhile: {flood.visitor_statuses}, {flood.visitor_guided} without a model")
    print(f"  median {flood.visitor_median_ms} ms a turn, alone {flood.visitor_median_alone_ms} ms")
    print("held\n" if flood.is_held else "NOT held\n")


def _print_streams(phases: list[Phase]) -> bool:
    print(_ROW.format("", "gateway MB", "open", "dropped", "p50 ms", "p95 ms", "failed"))
    for phase in phases:
        print(
            _ROW.format(
                phase.name,
                phase.gateway_mb,
                phase.open_requests,
                phase.dropped,
                phase.p50_ms,
                phase.p95_ms,
                phase.failed,
            )
        )
    ratios = [slower(phases, loaded) for loaded in (1, 2)]
    print(f"p95 of other visitors: {ratios[0]} times beside idle streams, {ratios[1]} with slow readers too")
    is_held = max(ratios) < MOST_SLOWER and not any(phase.failed for phase in phases)
    print("held" if is_held else f"NOT held: more than {MOST_SLOWER}, or failed turns")
    return is_held


if __name__ == "__main__":
    main()
