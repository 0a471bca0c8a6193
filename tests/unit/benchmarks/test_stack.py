"""What a measurement runs on is what is shipped, but for the caps."""

from pathlib import Path

from benchmarks.stack import playbook_without_caps
from playbook import load_playbook
from tests.support.playbooks import SHIPPED


def test_the_playbook_of_a_measurement_differs_in_its_caps_alone(tmp_path: Path) -> None:
    measured = load_playbook(playbook_without_caps(tmp_path))

    assert measured.spend.day_usd > SHIPPED.spend.day_usd
    assert measured.model_copy(update={"spend": SHIPPED.spend, "languages": SHIPPED.languages}) == SHIPPED
