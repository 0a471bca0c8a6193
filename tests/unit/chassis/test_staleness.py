"""A partition is stale when the broker does not answer for it, not when nobody asked."""

import pytest
from aiokafka import TopicPartition

from chassis.kafka import staleness
from chassis.kafka.staleness import Staleness
from tests.support.fake_kafka import FakeConsumer

HOME = TopicPartition("turns", 0)
STALE_MS = 31_000.0


class Silent(FakeConsumer):
    """A consumer whose broker answers nothing, while milliseconds pass when a test says so."""

    def __init__(self) -> None:
        super().__init__()
        self.topics = ["turns"]
        self.now_ms = 1_000_000.0
        self.is_paused = False
        self.watched = Staleness("tests")

    def paused(self) -> set[TopicPartition]:
        return {HOME} if self.is_paused else set()

    def last_poll_timestamp(self, partition: TopicPartition) -> float:
        return 0.0

    def check(self, *, after_ms: float = 0.0, is_paused: bool = False) -> list[str]:
        self.now_ms += after_ms
        self.is_paused = is_paused
        self.watched.check(self)
        return self.watched.faults()


@pytest.fixture
def consumer(monkeypatch: pytest.MonkeyPatch) -> Silent:
    consumer = Silent()
    monkeypatch.setattr(staleness, "_now_ms", lambda: consumer.now_ms)
    return consumer


def test_a_partition_that_is_asked_for_in_vain_is_named(consumer: Silent) -> None:
    assert consumer.check() == []
    assert consumer.check(after_ms=STALE_MS) == ["1 partitions have not been fetched of late: turns/0"]


def test_a_partition_that_was_waited_for_or_paused_is_given_time_to_be_fetched(consumer: Silent) -> None:
    assert consumer.check(after_ms=STALE_MS) == []
    assert consumer.check(is_paused=True) == []
    assert consumer.check(after_ms=STALE_MS) == []
