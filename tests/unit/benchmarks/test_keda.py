"""How many replicas a backlog gets; tests/cluster asks a KEDA that runs the same."""

from dataclasses import replace

import pytest

from benchmarks.scaling.keda import Fallback, KafkaTrigger, Partition, ScaledObject, per_pod
from tests.support.keda_cases import CASES, Case


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_backlog_has_its_metric_and_its_replicas(case: Case) -> None:
    measured = case.scaled.triggers[0].measure(case.partitions)
    assert (measured.metric, measured.is_active) == (case.metric, case.is_active)
    assert case.scaled.replicas([case.partitions], case.current) == case.replicas


def test_a_partition_whose_commit_stands_still_can_be_left_out_but_keeps_the_first_replica() -> None:
    trigger = KafkaTrigger.of({"excludePersistentLag": "true", "offsetResetPolicy": "earliest"})
    stuck = Partition(end=50, committed=10, committed_before=10)
    moving = Partition(end=40, committed=20, committed_before=10)
    assert trigger.measure([stuck, moving]).metric == 20
    assert trigger.measure([stuck]).is_active
    assert ScaledObject((trigger,)).replicas([[stuck]], current=3) == 1


def test_the_trigger_with_the_most_wins_and_any_keeps_the_first_replica() -> None:
    scaled = ScaledObject((KafkaTrigger(20), KafkaTrigger(5)), max_replicas=12)
    quiet, busy = [Partition(0, 0)] * 12, [Partition(6, 0)] * 12
    assert scaled.replicas([busy, busy], current=1) == 12
    assert scaled.replicas([busy, quiet], current=1) == 4
    assert scaled.replicas([quiet, [Partition(1, 0)]], current=3) == 1
    assert scaled.replicas([quiet, quiet], current=3) == 0


def test_the_least_is_kept_without_any_lag_and_the_most_is_not_exceeded() -> None:
    scaled = ScaledObject((KafkaTrigger(10),), min_replicas=2, max_replicas=3)
    assert scaled.replicas([[Partition(0, 0)]], current=0) == 2
    assert scaled.replicas([[Partition(0, 0)]], current=3) == 2
    assert scaled.replicas([[Partition(100, 0)] * 12], current=2) == 3


def test_a_bound_that_is_only_just_needed_is_not_reached_from_just_below() -> None:
    assert per_pod(64 * 10, 10, current=63) == 63
    assert per_pod(64 * 10, 10, current=58) == 64


@pytest.mark.parametrize(
    ("behavior", "few", "many"),
    [
        ("static", 4, 4),
        ("currentReplicas", 2, 6),
        ("currentReplicasIfHigher", 4, 6),
        ("currentReplicasIfLower", 2, 4),
    ],
)
def test_a_broker_that_is_away_has_the_replicas_of_the_fallback(behavior: str, few: int, many: int) -> None:
    fallback = Fallback(failure_threshold=3, replicas=4, behavior=behavior)  # type: ignore[arg-type]
    scaled = ScaledObject((KafkaTrigger(20),), min_replicas=1, max_replicas=12, fallback=fallback)
    assert scaled.replicas_without_metric(2, failures=3) == 2
    assert scaled.replicas_without_metric(2, failures=4) == few
    assert scaled.replicas_without_metric(6, failures=4) == many
    assert replace(scaled, fallback=None).replicas_without_metric(6, failures=99) == 6


def test_a_group_that_was_stopped_is_started_by_the_fallback() -> None:
    fallback = Fallback(failure_threshold=3, replicas=2, behavior="currentReplicasIfHigher")
    assert ScaledObject((KafkaTrigger(),), fallback=fallback).replicas_without_metric(0, failures=4) == 2


def test_a_manifest_is_read() -> None:
    manifest = {
        "spec": {
            "minReplicaCount": 2,
            "maxReplicaCount": 12,
            "fallback": {"failureThreshold": 3, "replicas": 4, "behavior": "currentReplicasIfHigher"},
            "triggers": [
                {
                    "type": "kafka",
                    "metadata": {"topic": "a", "lagThreshold": "20", "limitToPartitionsWithLag": "true"},
                },
                {"type": "cpu", "metadata": {"value": "60"}},
            ],
        }
    }
    assert ScaledObject.of(manifest) == ScaledObject(
        (KafkaTrigger(lag_threshold=20, limit_to_partitions_with_lag=True),),
        min_replicas=2,
        max_replicas=12,
        fallback=Fallback(3, 4, "currentReplicasIfHigher"),
    )
