"""Dead letters are replayed in the order of their records, and none overtakes an older one unasked."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chassis.kafka.letter import Address, InvalidAddress, Letter
from chassis.kafka.replay_order import OlderLettersWait, in_order, plan_replay

BEGINNING = datetime(2026, 3, 2, tzinfo=UTC)


def letter(number: int, origin: str, *, key: bytes = b"ann", second: float = 0) -> Letter:
    """Letter `number` of the dead-letter topic, parked at a second."""
    home = Address.parse(origin)
    parked_at = BEGINNING + timedelta(seconds=second)
    return Letter(Address("a.dlq", 0, number), parked_at, key, 0, (), {}, home, home)


# Within a partition offsets count, and not when a group came to park them.
@example([("a", 0, 9, 1), ("a", 0, 8, 2)])
@given(
    st.lists(
        st.tuples(st.sampled_from("ab"), st.integers(0, 1), st.integers(0, 9), st.integers(0, 9)),
        unique_by=lambda each: each[:3],
    )
)
def test_every_letter_has_its_place_and_partitions_keep_their_order(
    parked: list[tuple[str, int, int, int]],
) -> None:
    letters = [
        letter(number, f"{topic}/{partition}/{offset}", second=second)
        for number, (topic, partition, offset, second) in enumerate(parked)
    ]

    ordered = [together[0] for together in in_order(letters)]

    assert sorted(ordered, key=lambda each: each.id) == letters
    for topic, partition in {(topic, partition) for topic, partition, *_ in parked}:
        homes = [each.origin for each in ordered if each.origin]
        offsets = [home.offset for home in homes if (home.topic, home.partition) == (topic, partition)]
        assert offsets == sorted(offsets)


def test_only_letters_of_the_same_key_wait_for_each_other_and_two_of_one_record_are_one() -> None:
    older, newer, bobs = letter(0, "a/0/1"), letter(1, "a/0/2"), letter(2, "a/0/3", key=b"bob")
    again = letter(3, "a/0/1")

    assert plan_replay([older, newer, bobs, again], [bobs.id], overtake=False) == [[bobs]]
    assert plan_replay([older, newer, bobs, again], [again.id], overtake=False) == [[older, again]]
    with pytest.raises(OlderLettersWait) as refusal:
        plan_replay([older, newer, bobs], [newer.id, bobs.id], overtake=False)
    assert refusal.value.older == (older,)
    assert plan_replay([older, newer], [newer.id], overtake=True) == [[newer]]
    # Between topics the time of parking counts.
    first, second = letter(0, "b/0/70", second=1), letter(1, "a/0/8", second=2)
    assert in_order([second, first]) == [[first], [second]]


@pytest.mark.parametrize("text", ["", "a", "a/0", "a/0/x", "/0/1", "a/-1/2", "a/0/²"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(InvalidAddress):
        Address.parse(text)
