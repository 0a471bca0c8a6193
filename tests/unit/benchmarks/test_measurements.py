"""A measurement runs on what is shipped but for the caps, and counts a reply late as visitors would."""

from pathlib import Path

import pytest

from benchmarks.faults.schedule import Outage
from benchmarks.faults.verdict import lateness
from benchmarks.faults.visitors import Turn
from benchmarks.stack import playbook_without_caps
from playbook import load_playbook
from tests.support.playbooks import SHIPPED

OUTAGES = (Outage("first", 10.0, 12.0), Outage("second", 30.0, 31.0))


def test_the_playbook_of_a_measurement_differs_in_its_caps_alone(tmp_path: Path) -> None:
    measured = load_playbook(playbook_without_caps(tmp_path))
    assert measured.spend.day_usd > SHIPPED.spend.day_usd
    assert measured.model_copy(update={"spend": SHIPPED.spend, "languages": SHIPPED.languages}) == SHIPPED


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
