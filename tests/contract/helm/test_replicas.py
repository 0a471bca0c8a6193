"""How many replicas each process gets for a backlog, by the values that the chart has."""

from itertools import product

import pytest

from benchmarks.scaling.keda import Partition, ScaledObject
from contracts.registry import PARTITIONS
from tests.support.helm import component, of_kind, release_of

SCALED = {
    component(each): ScaledObject.of(each)
    for each in of_kind(release_of("minimal"), "ScaledObject")
    if any(trigger["type"] == "kafka" for trigger in each["spec"]["triggers"])
}
IDLE = [Partition(0, 0)] * PARTITIONS
CONSUMERS = pytest.mark.parametrize("process", SCALED)


def _replicas(process: str, backlog: list[Partition], current: int) -> int:
    """With this backlog on any of its topics, the others idle."""
    scaled = SCALED[process]
    topics = range(len(scaled.triggers))
    (found,) = {
        scaled.replicas([backlog if topic == busy else IDLE for topic in topics], current) for busy in topics
    }
    return found


def _spread(lag: int) -> list[Partition]:
    """The lag, over all partitions as evenly as it can be."""
    return [Partition((lag + number) // PARTITIONS, 0) for number in range(PARTITIONS)]


def _hot(lag: int) -> list[Partition]:
    return [Partition(lag, 0), *IDLE[1:]]


def test_whoever_reads_a_backlog_is_scaled() -> None:
    assert SCALED.keys() >= {"dialogue", "proposal", "booking", "leadstore"}


@CONSUMERS
def test_without_a_backlog_there_are_the_fewest(process: str) -> None:
    never_committed = [Partition(0)] * PARTITIONS
    for backlog, current in product((IDLE, never_committed), (1, SCALED[process].max_replicas)):
        assert _replicas(process, backlog, current) == SCALED[process].min_replicas


@CONSUMERS
def test_each_threshold_of_lag_is_one_replica_more_up_to_the_most(process: str) -> None:
    scaled = SCALED[process]
    threshold = scaled.triggers[0].lag_threshold
    for wanted in range(max(scaled.min_replicas, 1), scaled.max_replicas + 1):
        assert _replicas(process, _spread(wanted * threshold), 1) == wanted
    assert _replicas(process, _spread(100 * threshold), 1) == scaled.max_replicas


@CONSUMERS
def test_what_each_replica_has_in_work_starts_no_other_one(process: str) -> None:
    scaled = SCALED[process]
    few = max(scaled.min_replicas, 1)
    in_work = [
        Partition(end=1000 + each.end, committed=1000)
        for each in _spread(few * scaled.triggers[0].lag_threshold)
    ]
    assert _replicas(process, in_work, few) == few


@CONSUMERS
def test_one_busy_conversation_starts_nothing_that_could_not_help(process: str) -> None:
    scaled = SCALED[process]
    backlog = _hot(50 * scaled.triggers[0].lag_threshold)
    assert _replicas(process, backlog, 1) == max(scaled.min_replicas, 1)


@CONSUMERS
def test_a_broker_that_is_away_stops_nobody(process: str) -> None:
    scaled = SCALED[process]
    for current in range(1, scaled.max_replicas + 1):
        assert scaled.replicas_without_metric(current, failures=4) >= current
    assert scaled.replicas_without_metric(0, failures=4) > 0


@CONSUMERS
def test_records_that_expired_unread_count_until_something_is_committed(process: str) -> None:
    scaled = SCALED[process]
    most = scaled.max_replicas * scaled.triggers[0].lag_threshold
    expired = [Partition(end=most)] * PARTITIONS
    assert _replicas(process, expired, 1) == scaled.max_replicas
    assert _replicas(process, [Partition(most, most)] * PARTITIONS, 1) == scaled.min_replicas
