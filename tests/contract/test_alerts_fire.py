"""An alert fires on what it is for, and on nothing else."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.contract.test_alert_rules import PROMTOOL, RULES, needs_promtool, rules

MODEL = {"model": "gpt-4o"}
OUTAGE = {"group": "dialogue", "reason": "DatabaseUnavailable 25006"}
PLACE = {"group": "leadstore", "topic": "conversation.turns.v1"}
PARKED = {**PLACE, "reason": "MalformedEvent"}
FAILURES = "salesbot_language_model_failures_total"
# A counter that appears with its first event.
ONCE = {
    "the first, whose counter appears at 1": ("_x9 1x20", True),
    "one more of a known kind": ("1x9 2x20", True),
    "one that is long past": ("_x3 1x30", False),
}


def series(metric: str, **labels: str) -> str:
    named = ",".join(f'{name}="{value}"' for name, value in labels.items())
    return f"{metric}{{{named}}}"


def fires(tmp_path: Path, given: dict[str, str], alert: str, *, at: str, labels: dict[str, str]) -> bool:
    """Whether an alert fires at a time on series that start at midnight, a value a minute."""
    assert PROMTOOL is not None
    rule = next(rule for rule in rules() if rule["alert"] == alert)
    expected = {
        "exp_labels": {"severity": rule["labels"]["severity"], **labels},
        "exp_annotations": {
            name: re.sub(r"\{\{ \$labels\.(\w+) \}\}", lambda match: labels[match[1]], text)
            for name, text in rule["annotations"].items()
        },
    }
    test = {
        "interval": "1m",
        "input_series": [{"series": name, "values": values} for name, values in given.items()],
        "alert_rule_test": [{"eval_time": at, "alertname": alert, "exp_alerts": [expected]}],
    }
    path = tmp_path / "test.json"
    content = {"rule_files": [str(path) for path in RULES], "evaluation_interval": "1m", "tests": [test]}
    path.write_text(json.dumps(content), encoding="utf-8")
    checked = subprocess.run([PROMTOOL, "test", "rules", str(path)], capture_output=True, check=False)
    return checked.returncode == 0


# Alert, labels it names, further labels of its metric, metric, time.
SIMPLE = {
    "SpendCapReached": ({"cap": "day_usd"}, {}, "salesbot_spend_cap_binds", "20m"),
    "SpendForecast": ({"cap": "day_tokens"}, {}, "salesbot_spend_cap_used_ratio", "180m"),
    "SpendUnknown": ({}, {**MODEL, "reason": "spend_unknown"}, FAILURES, "20m"),
    "DeadLettersPileUp": (PARKED, {"instance": "a"}, "salesbot_dlq_messages_total", "15m"),
    "ModelGone": (MODEL, {}, "salesbot_language_model_gone", "20m"),
    "RecordsWait": (OUTAGE, {"instance": "a"}, "salesbot_waiting_age_seconds", "9m"),
    "ParkingStopped": (PARKED, {"instance": "a"}, "salesbot_parking_stopped", "9m"),
    "CommitsHeldBack": ({"group": "leadstore"}, {"instance": "a"}, "salesbot_watermark_age_seconds", "10m"),
    "OutboxEventRefused": ({"schema": "a"}, {"pod": "a"}, "salesbot_outbox_refused_events", "20m"),
    "OutboxStuck": ({"schema": "dialogue"}, {}, "salesbot_outbox_oldest_age_seconds", "20m"),
    "RepliesRecovered": ({}, {"pod": "a"}, "salesbot_replies_recovered_total", "14m"),
    "ReplyFramesSkipped": ({}, {"pod": "a"}, "salesbot_reply_frames_skipped_total", "40m"),
    "OffsetsOutOfRange": ({**PLACE, "reason": "expired"}, {}, "salesbot_kafka_offset_resets_total", "15m"),
    "OffsetsNotCommitted": (PLACE, {"reason": "none_committed"}, "salesbot_kafka_offset_resets_total", "15m"),
    "TaskFails": ({"task": "consumer leadstore"}, {}, "salesbot_task_failures_total", "15m"),
}


@needs_promtool
@pytest.mark.parametrize(
    ("alert", "values", "is_alert"),
    [
        ("SpendCapReached", "0x9 1x20", True),
        ("SpendCapReached", "0x30", False),
        ("SpendCapReached", "1x9 0x20", False),
        ("SpendForecast", "0+0.002x500", True),
        ("SpendForecast", "0+0.0005x500", False),
        ("SpendUnknown", "0+3x60", True),
        ("DeadLettersPileUp", "_x9 3 6 9 12x50", True),
        ("DeadLettersPileUp", "_x9 1x50", False),
        ("ModelGone", "0x9 1x20", True),
        ("ModelGone", "1x9 0x20", False),
        ("RecordsWait", "0x4 20 80 140 200 260 320", True),
        pytest.param("RecordsWait", "0x4 20 40 0x20", False, id="RecordsWait: back within a minute"),
        ("RecordsWait", "0x30", False),
        ("ParkingStopped", "0x3 1x20", True),
        ("ParkingStopped", "0x30", False),
        ("ParkingStopped", "0x3 1 0x20", False),
        ("CommitsHeldBack", "0+60x20", True),
        ("CommitsHeldBack", "0 60 0 60 0 60 0 60 0 60 0 60", False),
        ("OutboxEventRefused", "0x5 1x20", True),
        ("OutboxEventRefused", "0x30", False),
        ("OutboxEventRefused", "1x5 0x20", False),
        ("OutboxStuck", "0+60x30", True),
        ("OutboxStuck", "0 5 61 3 0x30", False),
        ("RepliesRecovered", "0x9 4 8 12 16x20", True),
        ("RepliesRecovered", "0x9 1x30", False),
        ("ReplyFramesSkipped", "0+5x60", True),
        pytest.param("ReplyFramesSkipped", "0 5 10 15 20x60", False, id="ReplyFramesSkipped: a deployment"),
        *(
            pytest.param(alert, *case, id=f"{alert}: {name}")
            for alert in ("OffsetsOutOfRange", "OffsetsNotCommitted", "TaskFails")
            for name, case in ONCE.items()
        ),
    ],
)
def test_an_alert_fires_on_its_metric(tmp_path: Path, alert: str, values: str, *, is_alert: bool) -> None:
    labels, others, metric, at = SIMPLE[alert]
    given = {series(metric, **labels, **others): values}
    if others.keys() & {"instance", "pod"}:
        # Another replica to which nothing has happened.
        given[series(metric, **labels, **dict.fromkeys(others, "b"))] = "0x200"

    assert fires(tmp_path, given, alert, at=at, labels=labels) is is_alert


@needs_promtool
@pytest.mark.parametrize(("failures", "is_alert"), [("0+5x60", True), ("7x60", False)])
def test_a_breaker_that_stays_open_is_reported_while_it_refuses_calls(
    tmp_path: Path, failures: str, *, is_alert: bool
) -> None:
    given = {
        series("salesbot_language_model_breaker_state", **MODEL, job="dialogue"): "2x60",
        series("salesbot_language_model_breaker_state", **MODEL, job="proposal"): "0x60",
        series(FAILURES, **MODEL, reason="breaker_open"): failures,
    }

    assert fires(tmp_path, given, "ModelBreakerOpen", at="40m", labels=MODEL) is is_alert


@needs_promtool
@pytest.mark.parametrize(("guided", "is_alert"), [("0+4x60", True), ("0+1x60", False)])
def test_many_guided_replies_are_reported(tmp_path: Path, guided: str, *, is_alert: bool) -> None:
    given = {
        series("salesbot_guided_replies_total", reason="timeout"): guided,
        series("salesbot_language_model_duration_seconds_count", **MODEL, outcome="answered"): "0+10x60",
    }

    assert fires(tmp_path, given, "GuidedReplies", at="40m", labels={}) is is_alert


@needs_promtool
@pytest.mark.parametrize(
    ("values", "at", "is_alert"),
    [
        pytest.param("_x9 1x50", "11m", True, id="the first one, whose counter appears at 1"),
        pytest.param("1x60 2x50", "62m", True, id="one more of a known kind"),
        pytest.param("7x9 _x3 1x50", "14m", True, id="one after a restart"),
        pytest.param("_x9 1x150", "150m", False, id="one that is long past"),
        pytest.param("_x150", "60m", False, id="none"),
    ],
)
def test_the_first_parked_record_calls_a_person(
    tmp_path: Path, values: str, at: str, *, is_alert: bool
) -> None:
    given = {
        series("salesbot_dlq_messages_total", **PARKED, instance="a"): values,
        series("salesbot_dlq_messages_total", **PARKED, instance="b"): "0x200",
    }

    assert fires(tmp_path, given, "DeadLetterParked", at=at, labels=PARKED) is is_alert


@needs_promtool
@pytest.mark.parametrize(
    ("days", "mark"), [("91", None), ("90", 90), ("31", 90), ("30", 30), ("8", 30), ("7", 7), ("-2", 7)]
)
def test_the_end_of_a_model_is_announced_90_30_and_7_days_before(
    tmp_path: Path, days: str, mark: int | None
) -> None:
    metric = "salesbot_language_model_shutdown_days"
    given = {series(metric, **MODEL, job=job): f"{days}x30" for job in ("dialogue", "proposal")}

    fired = [
        each
        for each in (90, 30, 7)
        if fires(tmp_path, given, f"ModelShutdownIn{each}Days", at="20m", labels=MODEL)
    ]

    assert fired == ([] if mark is None else [mark])
