"""How long a record waits, and which records the operator may name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import REGISTRY
from pydantic import ValidationError

from chassis.kafka import make_broker
from chassis.kafka.parking import Bulkhead, ParkingRules, parking_rules
from chassis.kafka.retry import RetryPolicy, is_worth_logging
from chassis.settings import ServiceSettings
from tests.support.records import record

TURNS = "conversation.turns.v1"


@given(attempt=st.integers(1, 10_000), waiting=st.integers(1, 20))
def test_a_few_that_wait_are_tried_again_within_a_second(attempt: int, waiting: int) -> None:
    assert 0.05 < RetryPolicy().delay_s(attempt, waiting=waiting) <= 1.0


@given(waiting=st.integers(100, 100_000))
def test_however_many_wait_a_dependency_meets_only_so_many_tries(waiting: int) -> None:
    policy = RetryPolicy()

    tries_per_s = waiting / policy.delay_s(50, waiting=waiting)

    # Half the delay is jitter.
    assert tries_per_s < 2.1 * policy.most_retries_per_s


def test_a_long_outage_leaves_few_lines_in_the_log() -> None:
    assert sum(is_worth_logging(attempt) for attempt in range(1, 3600)) == 12


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (f"dialogue/{TURNS}/3/7", [7]),
        (f"dialogue/{TURNS}/3/7-9, leadstore/{TURNS}/3/1", [7, 8, 9]),
        (f" leadstore/{TURNS}/3/1 , dialogue/{TURNS}/3/2 ", [2]),
        (f"dialogue/{TURNS}/4/7,dialogue/{TURNS}/3/12-13", [12, 13]),
        ("", []),
    ],
)
def test_records_are_named_by_group_topic_partition_and_offset(text: str, named: list[int]) -> None:
    rules = parking_rules(make_broker(ServiceSettings(park_records=text), service="tests"))

    records = [record(topic=TURNS, partition=3, offset=offset) for offset in range(20)]

    assert [one.offset for one in records if rules.name(one, "dialogue")] == named


@pytest.mark.parametrize("text", ["nonsense", f"{TURNS}/3/7", f"dialogue/{TURNS}/3/seven", "a/b/1/2-"])
def test_a_name_that_cannot_be_understood_is_refused_at_the_start(text: str) -> None:
    with pytest.raises(ValidationError, match="park_records"):
        ServiceSettings(park_records=text)


def test_only_a_good_record_of_its_topic_lets_more_be_parked_and_a_rebalance_none() -> None:
    bulkhead = Bulkhead("moved", ParkingRules(limit=1))
    labels = {"group": "moved", "topic": "turns", "reason": "MalformedEvent"}

    def shown() -> tuple[bool, float | None]:
        return bulkhead.fault() is not None, REGISTRY.get_sample_value("salesbot_parking_stopped", labels)

    assert [bulkhead.admits("turns", "MalformedEvent") for _ in range(2)] == [True, False]
    assert shown() == (True, 1.0)
    bulkhead.note_handled("other")
    assert not bulkhead.admits("turns", "MalformedEvent")
    # Who has lost the partitions reports no stop.
    bulkhead.forget_stops()
    assert shown() == (False, 0.0)
    assert not bulkhead.admits("turns", "MalformedEvent")
    bulkhead.note_handled("turns")
    assert shown() == (False, 0.0)
    assert bulkhead.admits("turns", "MalformedEvent")
