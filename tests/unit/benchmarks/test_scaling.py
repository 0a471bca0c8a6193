"""What a load needs, on paper and simulated."""

from dataclasses import replace
from itertools import pairwise

import pytest

from benchmarks.scaling.capacity import Assumptions, Model, partitions_for, plan
from benchmarks.scaling.footprint import Footprint
from benchmarks.scaling.simulation import Group, Outcome, Scaling, Simulation

FOOTPRINT = Footprint(
    turns=10,
    cpu_s={"gateway": 0.05, "dialogue": 0.2},
    kafka_records=50,
    kafka_bytes=50_000,
    postgres_rows_written=200,
    postgres_bytes=40_000,
    postgres_log_bytes=100_000,
    redis_commands=300,
)
MODEL = Model(calls=40, input_tokens=100_000, output_tokens=3_000, usd=0.1, seconds_a_turn=2.5)
GIVEN = Assumptions(peak=4.32)
GROUP = Group(partitions=24, turns_per_s=50, at_once=128, turn_s=2, start_s=20, pause_s=3)
SCALING = Scaling(lag_threshold=20, min_replicas=2, max_replicas=24)


def simulated(*loads: float, group: Group = GROUP, scaling: Scaling = SCALING) -> Outcome:
    """Ten minutes of each load; the first ones are not told."""
    run = Simulation(group, scaling, lambda now: loads[now // 600])
    return run.run(600 * len(loads), unseen=600 if len(loads) > 1 else 0)


def test_a_plan_is_what_its_formulas_say() -> None:
    it = plan(1_000_000, FOOTPRINT, MODEL, GIVEN)
    # 50 conversations begin in each second of the busiest minute.
    assert it.turns_per_s == pytest.approx(500)
    assert it.open_turns == 1250
    assert it.processes == {"gateway": 5, "dialogue": 20}
    assert it.partitions == 48
    assert it.kafka_mb_per_s == pytest.approx(2.5)
    assert it.kafka_gb == pytest.approx(1_000_000 * 30 * 3 * 50_000 / 1e9)
    # Two fifths are kept for two years, the others for ninety days.
    assert it.postgres_gb == pytest.approx(1_000_000 * (0.4 * 730 + 0.6 * 90) * 40_000 / 1e9)
    assert it.model_calls_per_minute == 120_000
    assert it.model_usd_a_day == pytest.approx(100_000)


def test_a_small_company_has_two_of_each_and_as_many_partitions_as_the_registry() -> None:
    it = plan(100, FOOTPRINT, MODEL, GIVEN)
    assert set(it.processes.values()) == {2}
    assert it.partitions == 24


@pytest.mark.parametrize(("processes", "partitions"), [(1, 24), (12, 24), (13, 48), (24, 48), (25, 72)])
def test_every_process_can_have_two_partitions(processes: int, partitions: int) -> None:
    assert partitions_for(processes, GIVEN) == partitions


def test_nobody_waits_for_what_two_processes_can_do() -> None:
    outcome = simulated(10.0)
    assert (outcome.wait(0.95), outcome.rebalances, set(outcome.replicas)) == (0, 0, {2})


def test_more_come_for_a_rush_and_go_one_by_one_after_it() -> None:
    outcome = simulated(10.0, 120.0, 10.0)
    rush, ebb = outcome.replicas[:600], outcome.replicas[600:]
    assert max(rush) > 8
    assert outcome.wait(0.95) <= 30
    assert ebb[-1] < max(rush)
    assert all(before - after <= 1 for before, after in pairwise(ebb))
    assert all(each == ebb[0] for each in ebb[:200])


def test_a_higher_threshold_saves_processes_and_costs_waiting() -> None:
    low = simulated(20.0, 300.0)
    high = simulated(20.0, 300.0, scaling=replace(SCALING, lag_threshold=150))
    assert max(high.replicas) < max(low.replicas)
    assert high.wait(0.95) > low.wait(0.95)


def test_what_exceeds_all_replicas_waits_and_is_not_lost() -> None:
    outcome = simulated(100.0, scaling=replace(SCALING, min_replicas=1, max_replicas=1))
    assert outcome.lag[-1] > 0.4 * 100 * 600
    assert len(outcome.waits) + outcome.lag[-1] == pytest.approx(100 * 600, rel=0.02)
