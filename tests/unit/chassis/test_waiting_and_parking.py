"""How long a record waits, which may be parked, and in which order dead letters are replayed."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import REGISTRY
from pydantic import ValidationError

from chassis.kafka import make_broker
from chassis.kafka.letter import Address, InvalidAddress, Letter
from chassis.kafka.parking import Bulkhead, ParkingRules, parking_rules
from chassis.kafka.replay_order import OlderLettersWait, in_order, plan_replay
from chassis.kafka.retry import RetryPolicy, is_worth_logging
from chassis.settings import ServiceSettings
from tests.support.records import record

TURNS = "conversation.turns.v1"


@given(attempt=st.integers(1, 10_000), few=st.integers(1, 20), many=st.integers(100, 100_000))
def test_a_few_are_tried_again_soon_and_many_do_not_flood_a_dependency(attempt: int, few: int, many: int):
    policy = RetryPolicy()

    assert 0.05 < policy.delay_s(attempt, waiting=few) <= 1.0
    # Half the delay is jitter.
    assert many / policy.delay_s(50, waiting=many) < 2.1 * policy.most_retries_per_s


def test_a_long_outage_leaves_few_lines_in_the_log() -> None:
    assert sum(is_worth_logging(attempt) for attempt in range(1, 3600)) == 12


@pytest.mark.parametrize(
    ("text", "named"),
    [
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


def letter(number: int, origin: str, *, key: bytes = b"ann", second: float = 0) -> Letter:
    """Letter `number` of the dead-letter topic, parked at a second."""
    home = Address.parse(origin)
    parked_at = datetime(2026, 3, 2, tzinfo=UTC) + timedelta(seconds=second)
    return Letter(Address("a.dlq", 0, number), parked_at, key, 0, (), {}, home, home)


def test_letters_are_ordered_by_offset_within_a_partition_and_by_the_time_of_parking_between_them() -> None:
    # Whenever a group came to park them.
    places = [("a/0/9", 1), ("a/0/8", 4), ("a/1/3", 2), ("b/0/70", 3), ("b/0/71", 0), ("a/0/10", 5)]
    letters = [letter(number, place, second=second) for number, (place, second) in enumerate(places)]

    ordered = [str(together[0].origin) for together in in_order(letters)]

    assert ordered == ["b/0/70", "a/0/8", "a/1/3", "b/0/71", "a/0/9", "a/0/10"]


def test_only_letters_of_the_same_key_wait_for_each_other_and_two_of_one_record_are_one() -> None:
    older, newer, bobs = letter(0, "a/0/1"), letter(1, "a/0/2"), letter(2, "a/0/3", key=b"bob")
    again = letter(3, "a/0/1")

    assert plan_replay([older, newer, bobs, again], [bobs.id], overtake=False) == [[bobs]]
    assert plan_replay([older, newer, bobs, again], [again.id], overtake=False) == [[older, again]]
    with pytest.raises(OlderLettersWait) as refusal:
        plan_replay([older, newer, bobs], [newer.id, bobs.id], overtake=False)
    assert refusal.value.older == (older,)
    assert plan_replay([older, newer], [newer.id], overtake=True) == [[newer]]


@pytest.mark.parametrize("text", ["", "a/0", "a/0/x", "/0/1", "a/-1/2", "a/0/²"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(InvalidAddress):
        Address.parse(text)
