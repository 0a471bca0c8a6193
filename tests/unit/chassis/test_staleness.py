"""A partition is stale when the broker does not answer for it, not when nobody asked."""

import pytest
from aiokafka import TopicPartition

from chassis.kafka import staleness
from chassis.kafka.staleness import Staleness
from tests.support.fake_kafka import FakeConsumer

HOME = TopicPartition("turns", 0)
A_SECOND_MS = 1_000.0
STALE_MS = 31 * A_SECOND_MS


class Silent(FakeConsumer):
    """A consumer whose broker answers nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.topics = ["turns"]
        self.is_paused = False

    def paused(self) -> set[TopicPartition]:
        return {HOME} if self.is_paused else set()

    def last_poll_timestamp(self, partition: TopicPartition) -> float:
        return 0.0


class Clock:
    """Milliseconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now_ms = 1_000_000.0

    def __call__(self) -> float:
        return self.now_ms


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(staleness, "_now_ms", clock)
    return clock


def test_a_partition_that_is_asked_for_in_vain_is_named(clock: Clock) -> None:
    consumer, watched = Silent(), Staleness("tests")

    watched.check(consumer)
    clock.now_ms += STALE_MS
    watched.check(consumer)

    assert watched.faults() == ["1 partitions have not been fetched of late: turns/0"]


def test_a_partition_that_was_paused_for_long_is_given_time_to_be_fetched(clock: Clock) -> None:
    consumer, watched = Silent(), Staleness("tests")
    watched.check(consumer)
    consumer.is_paused = True
    watched.check(consumer)

    clock.now_ms += STALE_MS
    consumer.is_paused = False
    watched.check(consumer)

    assert watched.faults() == []


def test_a_partition_that_was_waited_for_at_the_start_is_given_time_to_be_fetched(clock: Clock) -> None:
    consumer, watched = Silent(), Staleness("tests")
    clock.now_ms += STALE_MS

    watched.check(consumer)

    assert watched.faults() == []
