"""A consumer that does not get on with its records calls a person."""

from pathlib import Path

import pytest

from tests.contract.test_alert_rules import fires, needs_promtool

OUTAGE = {"group": "dialogue", "reason": "DatabaseUnavailable 25006"}
FLOOD = {"group": "leadstore", "topic": "conversation.turns.v1", "reason": "MalformedEvent"}


def series(metric: str, labels: dict[str, str], *, instance: str = "a") -> str:
    named = ",".join(f'{name}="{value}"' for name, value in {**labels, "instance": instance}.items())
    return f"{metric}{{{named}}}"


@needs_promtool
@pytest.mark.parametrize(
    ("values", "is_alert"),
    [
        pytest.param("0x4 20 80 140 200 260 320", True, id="waiting on"),
        pytest.param("0x4 20 40 0x20", False, id="back within a minute"),
        pytest.param("0x30", False, id="nothing waits"),
    ],
)
def test_records_that_wait_call_a_person_who_is_told_for_what(
    tmp_path: Path, values: str, is_alert: bool
) -> None:
    given = {
        series("salesbot_waiting_age_seconds", OUTAGE): values,
        series("salesbot_waiting_age_seconds", OUTAGE, instance="b"): "0x30",
    }

    assert fires(tmp_path, given, "RecordsWait", at="9m", labels=OUTAGE) is is_alert


@needs_promtool
@pytest.mark.parametrize(("values", "is_alert"), [("0x3 1x20", True), ("0x30", False), ("0x3 1 0x20", False)])
def test_a_consumer_that_stopped_parking_calls_a_person(tmp_path: Path, values: str, is_alert: bool) -> None:
    given = {series("salesbot_parking_stopped", FLOOD): values}

    assert fires(tmp_path, given, "ParkingStopped", at="9m", labels=FLOOD) is is_alert


@needs_promtool
@pytest.mark.parametrize(
    ("values", "is_alert"), [("0+60x20", True), ("0 60 0 60 0 60 0 60 0 60 0 60", False)]
)
def test_a_commit_that_does_not_move_is_told(tmp_path: Path, values: str, is_alert: bool) -> None:
    group = {"group": "leadstore"}
    given = {series("salesbot_watermark_age_seconds", group): values}

    assert fires(tmp_path, given, "CommitsHeldBack", at="10m", labels=group) is is_alert
