"""A measurement counts a reply late as visitors would."""

import pytest

from benchmarks.faults.schedule import Outage
from benchmarks.faults.verdict import lateness
from benchmarks.faults.visitors import Turn

OUTAGES = (Outage("first", 10.0, 12.0), Outage("second", 30.0, 31.0))


@pytest.mark.parametrize(
    ("asked_s", "replied_s", "late"),
    [
        pytest.param(2.0, 3.5, (1.5, 0.0, 0.0), id="without a fault it is as late as it took"),
        pytest.param(9.5, 11.0, (0.5, 0.0, 0.0), id="during a fault it is not late"),
        pytest.param(9.5, 16.0, (0.5, 4.0, 0.0), id="after a fault it is counted from its end"),
        pytest.param(11.0, 31.5, (0.0, 18.0, 0.5), id="through the next fault it is held against the first"),
        pytest.param(11.0, None, (0.0, 0.0, 0.0), id="no reply is no late one"),
    ],
)
def test_how_late_a_reply_is_is_counted_from_when_all_it_needed_was_back(
    asked_s: float, replied_s: float | None, late: tuple[float, ...]
) -> None:
    found = lateness([Turn("a line", asked_s, replied_s=replied_s)], OUTAGES)
    assert found == dict(zip(("no fault", "first", "second"), late, strict=True))
