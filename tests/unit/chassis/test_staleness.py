"""A partition is stale when the broker does not answer for it, not when nobody asked."""

import pytest

from chassis.kafka import staleness
from chassis.kafka.staleness import Staleness
from tests.support.fake_kafka import FakeConsumer


def test_a_partition_that_is_asked_for_in_vain_and_not_paused_is_named(monkeypatch: pytest.MonkeyPatch):
    consumer, watched, now_ms = FakeConsumer(), Staleness("tests"), 1_000_000.0
    consumer.topics = ["turns"]
    monkeypatch.setattr(consumer, "last_poll_timestamp", lambda _partition: 0.0)
    monkeypatch.setattr(staleness, "_now_ms", lambda: now_ms)

    def check(*, after_ms: float = 31_000.0, is_paused: bool = False) -> list[str]:
        nonlocal now_ms
        now_ms += after_ms
        monkeypatch.setattr(consumer, "paused", lambda: consumer.assignment() if is_paused else set())
        watched.check(consumer)
        return watched.faults()

    assert check() == []
    assert check(after_ms=29_000.0) == []
    assert check(after_ms=0.0, is_paused=True) == []
    assert check() == [], "given time to be fetched"
    assert check() == ["1 partitions have not been fetched of late: turns/0"]
