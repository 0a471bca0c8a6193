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


PLACE = {"group": "leadstore", "topic": "conversation.turns.v1"}
RESETS = "salesbot_kafka_offset_resets_total"
# Counters that appear with their first event, and the labels that each alert names.
FIRST_EVENT = {
    "OffsetsOutOfRange": (series(RESETS, expired := {**PLACE, "reason": "expired"}), expired),
    "OffsetsNotCommitted": (series(RESETS, {**PLACE, "reason": "none_committed"}), PLACE),
    "TaskFails": (series("salesbot_task_failures_total", task := {"task": "consumer leadstore"}), task),
}


@needs_promtool
@pytest.mark.parametrize("alert", FIRST_EVENT)
@pytest.mark.parametrize(
    ("values", "is_alert"),
    [
        pytest.param("_x9 1x20", True, id="the first one, whose counter appears at 1"),
        pytest.param("1x9 2x20", True, id="one more of a known kind"),
        pytest.param("_x3 1x30", False, id="one that is long past"),
    ],
)
def test_what_happens_once_calls_a_person(tmp_path: Path, alert: str, values: str, is_alert: bool) -> None:
    counter, labels = FIRST_EVENT[alert]

    assert fires(tmp_path, {counter: values}, alert, at="15m", labels=labels) is is_alert
