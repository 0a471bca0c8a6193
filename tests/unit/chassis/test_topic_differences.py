"""What of a topic is mended by itself, and what a person is told."""

import pytest

from chassis.kafka.topics.differences import FoundTopic, config_of, differences
from contracts.registry import Topic

TOPIC = Topic("turns", publishers=(), consumers=(), partitions=24, config={"retention.ms": "1000"})


def found(*, partitions: int = 24, replicas: int = 3, **config: str) -> FoundTopic:
    in_force = {"retention.ms": "1000", "min.insync.replicas": "2", **config}
    return FoundTopic(partitions, replicas, config=in_force, own_config={})


@pytest.mark.parametrize(("replicas", "insync"), [(1, "1"), (2, "1"), (3, "2"), (4, "3")])
def test_one_broker_may_be_away_where_there_are_copies(replicas: int, insync: str) -> None:
    assert config_of(TOPIC, replicas=replicas)["min.insync.replicas"] == insync


@pytest.mark.parametrize(
    ("there", "expected"),
    [
        (None, [("is missing", True)]),
        (found(), []),
        (found(partitions=48), []),
        (found(**{"retention.ms": "5"}), [("retention.ms is 5, not 1000", True)]),
        (found(partitions=12), [("has 12 partitions", False)]),
        # Whoever demanded two copies of the only one would stop every write.
        (found(replicas=1), [("min.insync.replicas is 2, not 1", True), ("has 1 copies", False)]),
    ],
)
def test_what_a_topic_lacks(there: FoundTopic | None, expected: list[tuple[str, bool]]) -> None:
    lacking = differences(TOPIC, there, replicas=3)

    assert [each.is_mended for each in lacking] == [is_mended for _, is_mended in expected]
    assert all(each.reason.startswith(reason) for each, (reason, _) in zip(lacking, expected, strict=True))
