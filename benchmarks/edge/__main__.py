"""`python -m benchmarks.edge`: floods, idle connections and slow readers, and what others notice."""

import argparse
import tempfile
from pathlib import Path

import uvloop

from benchmarks.edge.flood import Flood, measure_flood
from benchmarks.edge.phases import Comparison, compare
from benchmarks.edge.sockets import idle_sockets, slow_sockets
from benchmarks.edge.streams import idle_streams, slow_readers
from devstack.infra import Infra

_CONNECTIONS = {"streams": (idle_streams, slow_readers), "sockets": (idle_sockets, slow_sockets)}
_ROW = "{:>24} {:>11} {:>6} {:>8} {:>8} {:>8} {:>7}"


def main() -> None:
    """Measure all, or the one that is named; 1 when the edge does not hold."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.edge", description=__doc__)
    parser.add_argument("--only", choices=("flood", *_CONNECTIONS))
    parser.add_argument("--openings", type=int, default=1_200)
    parser.add_argument("--idle", type=int, default=2_000)
    parser.add_argument("--slow", type=int, default=200)
    parser.add_argument("--turns", type=int, default=600, help="turns of other visitors a phase")
    options = parser.parse_args()
    holds = True
    with tempfile.TemporaryDirectory() as folder, Infra.start(Path(folder)) as infra:
        if options.only in {None, "flood"}:
            flood = uvloop.run(measure_flood(infra, openings=options.openings))
            _print_flood(flood)
            holds = flood.is_held
        for name, (idle, slow) in _CONNECTIONS.items():
            if options.only in {None, name}:
                counts = (options.idle, options.slow)
                compared = compare(infra, name=name, idle=idle, slow=slow, counts=counts, turns=options.turns)
                holds = _print_comparison(uvloop.run(compared)) and holds
    raise SystemExit(0 if holds else 1)


def _print_flood(flood: Flood) -> None:
    soonest, latest = flood.retry_after_s
    print(f"{flood.openings} openings from one address in {flood.seconds} s: {flood.statuses}")
    print(f"  Retry-After {soonest} to {latest} s; {flood.guided} answered without a model")
    print(f"  {100 * flood.share_of_day:.2f} % of the day's tokens used, by everybody")
    print(f"another address meanwhile: {flood.visitor_statuses}, {flood.visitor_guided} without a model")
    print(f"  median {flood.visitor_median_ms} ms a turn, alone {flood.visitor_median_alone_ms} ms")
    print("held\n" if flood.is_held else "NOT held\n")


def _print_comparison(compared: Comparison) -> bool:
    print(_ROW.format("", "gateway MB", "open", "dropped", "p50 ms", "p95 ms", "failed"))
    for phase in compared.phases:
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
    beside_idle, with_slow = compared.slower
    print(f"p95 of other visitors: {beside_idle} times beside idle ones, {with_slow} with slow readers too")
    of_idle, of_slow = compared.kb_each
    print(f"memory of the gateway: {of_idle} KB for an idle connection, {of_slow} KB for a slow reader")
    print(f"NOT held: {', '.join(compared.faults)}\n" if compared.faults else "held\n")
    return not compared.faults


if __name__ == "__main__":
    main()
