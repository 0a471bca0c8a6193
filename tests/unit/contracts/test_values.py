"""Values: stages have an order, a profile knows what it knows, a slot may hold a range."""

from contracts.values import Profile, Slot, Stage
from tests.support.event_records import TURN


def test_the_stages_follow_one_another_from_understanding_to_booking() -> None:
    in_order = sorted(Stage, key=lambda stage: stage.position)

    assert in_order == ["understand", "identify", "scope", "propose", "recommend", "book"]


def test_a_profile_knows_the_slots_that_are_filled() -> None:
    assert Profile(team_size=Slot[int](value=18, words="18", turn_id=TURN)).known() == {"team_size"}


def test_a_slot_may_hold_a_range_and_both_its_ends_are_clean() -> None:
    name = Slot[str](value="A\0da", up_to="Gra\0ce", words="Ada to Grace", turn_id=TURN)

    assert (name.value, name.up_to) == ("Ada", "Grace")
    assert Slot[int](value=18, words="18", turn_id=TURN).up_to is None
