"""An alert fires on what it is for, and on nothing else."""

import json
import re
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests.contract.test_alert_rules import PROMTOOL, RULES, needs_promtool, rules

MODEL = {"model": "gpt-4o"}
OUTAGE = {"group": "dialogue", "reason": "DatabaseUnavailable 25006"}
PLACE = {"group": "leadstore", "topic": "conversation.turns.v1"}
PARKED = {**PLACE, "reason": "MalformedEvent"}
ONE, POD = {"instance": "a"}, {"pod": "a"}
PREFIX, FAILED, RESETS = "salesbot_", "language_model_failures_total", "kafka_offset_resets_total"
DAY, GROUP, SCHEMA = {"cap": "day_usd"}, {"group": "leadstore"}, {"schema": "dialogue"}
UNKNOWN = {**MODEL, "reason": "spend_unknown"}
RULE_OF = {rule["alert"]: rule for rule in rules()}
# What counters do that appear with their first event: that one, one more, and one that is long past.
ONCE, LONG_PAST = "_x9 1x20; 1x9 2x20", "_x3 1x30"


@dataclass(frozen=True)
class Case:
    """Series that start at midnight, and whether they make an alert with these labels at a time."""

    alert: str
    labels: dict[str, str]
    at: str
    given: dict[str, str]
    fires: bool

    def as_test(self) -> dict[str, Any]:
        """The case as Prometheus' own tool reads it."""
        rule = RULE_OF[self.alert]
        notes = {
            name: re.sub(r"\{\{ \$labels\.(\w+) \}\}", lambda match: self.labels[match[1]], text)
            for name, text in rule["annotations"].items()
        }
        labels = {"severity": rule["labels"]["severity"], **self.labels}
        expected = [{"exp_labels": labels, "exp_annotations": notes}] * self.fires
        return {
            "interval": "1m",
            "input_series": [{"series": name, "values": values} for name, values in self.given.items()],
            "alert_rule_test": [{"eval_time": self.at, "alertname": self.alert, "exp_alerts": expected}],
        }


def series(metric: str, **labels: str) -> str:
    named = ",".join(f'{name}="{value}"' for name, value in labels.items())
    return f"{metric}{{{named}}}"


# Alert, labels it names, further ones of its metric, metric, time; series that it fires on, and others.
SIMPLE: list[tuple[str, dict[str, str], dict[str, str], str, str, str, str]] = [
    ("SpendCapReached", DAY, {}, "spend_cap_binds", "20m", "0x9 1x20", "0x30; 1x9 0x20"),
    ("SpendForecast", DAY, {}, "spend_cap_used_ratio", "180m", "0+0.002x500", "0+0.0005x500"),
    ("SpendUnknown", {}, UNKNOWN, FAILED, "20m", "0+3x60", ""),
    ("DeadLettersPileUp", PARKED, ONE, "dlq_messages_total", "15m", "_x9 3 6 9 12x50", "_x9 1x50"),
    ("ModelGone", MODEL, {}, "language_model_gone", "20m", "0x9 1x20", "1x9 0x20"),
    ("RecordsWait", OUTAGE, ONE, "waiting_age_seconds", "9m", "0x4 20 80 140 200 260 320", "0x4 20 40 0x20"),
    ("ParkingStopped", PARKED, ONE, "parking_stopped", "9m", "0x3 1x20", "0x30; 0x3 1 0x20"),
    ("CommitsHeldBack", GROUP, ONE, "watermark_age_seconds", "10m", "0+60x20", "0 60 0 60 0 60 0 60 0 60 0"),
    ("OutboxEventRefused", SCHEMA, POD, "outbox_refused_events", "20m", "0x5 1x20", "0x30; 1x5 0x20"),
    ("OutboxStuck", SCHEMA, {}, "outbox_oldest_age_seconds", "20m", "0+60x30", "0 5 61 3 0x30"),
    ("RepliesRecovered", {}, POD, "replies_recovered_total", "14m", "0x9 4 8 12 16x20", "0x9 1x30"),
    ("ReplyFramesSkipped", {}, POD, "reply_frames_skipped_total", "40m", "0+5x60", "0 5 10 15 20x60"),
    ("OffsetsOutOfRange", {**PLACE, "reason": "expired"}, {}, RESETS, "15m", ONCE, LONG_PAST),
    ("OffsetsNotCommitted", PLACE, {"reason": "none_committed"}, RESETS, "15m", ONCE, LONG_PAST),
    ("TaskFails", {"task": "consumer leadstore"}, {}, "task_failures_total", "15m", ONCE, LONG_PAST),
    # The first one calls a person, one more of a known kind does, and one after a restart.
    ("DeadLetterParked", PARKED, ONE, "dlq_messages_total", "11m", "_x9 1x50", "_x150"),
    ("DeadLetterParked", PARKED, ONE, "dlq_messages_total", "62m", "1x60 2x50", ""),
    ("DeadLetterParked", PARKED, ONE, "dlq_messages_total", "14m", "7x9 _x3 1x50", ""),
    ("DeadLetterParked", PARKED, ONE, "dlq_messages_total", "150m", "", "_x9 1x150"),
]  # fmt: skip


def simple_cases() -> list[Case]:
    cases = []
    for alert, labels, others, metric, at, loud, quiet in SIMPLE:
        for values in filter(None, f"{loud}; {quiet}".split("; ")):
            given = {series(PREFIX + metric, **labels, **others): values}
            if others in (ONE, POD):
                # Another replica to which nothing has happened.
                given[series(PREFIX + metric, **labels, **dict.fromkeys(others, "b"))] = "0x200"
            cases.append(Case(alert, labels, at, given, values in loud.split("; ")))
    return cases


def cases_of_two_metrics() -> list[Case]:
    state, spoken = PREFIX + "language_model_breaker_state", PREFIX + "language_model_duration_seconds_count"
    breaker = {series(state, **MODEL, job="dialogue"): "2x60", series(state, **MODEL, job="proposal"): "0x60"}
    refused = series(PREFIX + FAILED, **MODEL, reason="breaker_open")
    guided = series(PREFIX + "guided_replies_total", reason="timeout")
    answered = {series(spoken, **MODEL, outcome="answered"): "0+10x60"}
    return [
        # A breaker that stays open is reported while it refuses calls.
        Case("ModelBreakerOpen", MODEL, "40m", {**breaker, refused: "0+5x60"}, True),
        Case("ModelBreakerOpen", MODEL, "40m", {**breaker, refused: "7x60"}, False),
        Case("GuidedReplies", {}, "40m", {**answered, guided: "0+4x60"}, True),
        Case("GuidedReplies", {}, "40m", {**answered, guided: "0+1x60"}, False),
    ]


def cases_of_a_shutdown() -> list[Case]:
    """The end of a model is announced 90, 30 and 7 days before."""
    metric, cases = PREFIX + "language_model_shutdown_days", []
    for days, mark in (("91", 0), ("90", 90), ("31", 90), ("30", 30), ("8", 30), ("7", 7), ("-2", 7)):
        given = {series(metric, **MODEL, job=job): f"{days}x30" for job in ("dialogue", "proposal")}
        cases += [
            Case(f"ModelShutdownIn{each}Days", MODEL, "20m", given, each == mark) for each in (90, 30, 7)
        ]
    return cases


def faults_in(tmp_path: Path, cases: list[Case]) -> str:
    assert PROMTOOL is not None
    path = tmp_path / "test.json"
    tests = [case.as_test() for case in cases]
    content = {"rule_files": list(map(str, RULES)), "evaluation_interval": "1m", "tests": tests}
    path.write_text(json.dumps(content), encoding="utf-8")
    checked = subprocess.run(
        [PROMTOOL, "test", "rules", str(path)], capture_output=True, check=False, text=True
    )
    return checked.stdout + checked.stderr if checked.returncode else ""


@needs_promtool
def test_every_alert_fires_on_what_it_is_for_and_on_nothing_else(tmp_path: Path) -> None:
    cases = [*simple_cases(), *cases_of_two_metrics(), *cases_of_a_shutdown()]

    assert faults_in(tmp_path, cases) == ""
    for case in (next(case for case in cases if case.fires is fires) for fires in (True, False)):
        assert case.alert in faults_in(tmp_path, [replace(case, fires=not case.fires)])
