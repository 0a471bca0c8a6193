"""How late a reply is, is counted from when everything it needed was back."""

from benchmarks.faults.schedule import Outage
from benchmarks.faults.verdict import lateness
from benchmarks.faults.visitors import Turn

_OUTAGES = (Outage("first", 10.0, 12.0), Outage("second", 30.0, 31.0))


def turn(asked_s: float, replied_s: float | None) -> Turn:
    return Turn("a line", asked_s, replied_s=replied_s)


def test_a_reply_without_a_fault_is_as_late_as_it_took():
    assert lateness([turn(2.0, 3.5)], _OUTAGES) == {"no fault": 1.5, "first": 0.0, "second": 0.0}


def test_a_reply_during_a_fault_is_not_late():
    assert lateness([turn(9.5, 11.0)], _OUTAGES)["first"] == 0.0


def test_a_reply_after_a_fault_is_counted_from_its_end():
    assert lateness([turn(9.5, 16.0)], _OUTAGES) == {"no fault": 0.5, "first": 4.0, "second": 0.0}


def test_a_turn_that_waits_through_the_next_fault_is_held_against_the_first():
    assert lateness([turn(11.0, 31.5)], _OUTAGES) == {"no fault": 0.0, "first": 18.0, "second": 0.5}


def test_a_turn_without_a_reply_is_no_late_one():
    assert set(lateness([turn(11.0, None)], _OUTAGES).values()) == {0.0}
