"""The alerts are rules that Prometheus reads, on metrics that exist, with a section in the runbook.

Each fires on what it is for, and on nothing else.
"""

import json
import re
import shutil
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import Counter, Gauge, Histogram

from chassis import metrics

ROOT = Path(__file__).parents[2]
RULES = sorted((ROOT / "helm" / "salesbot" / "rules").glob("*.yaml"))
GROUPS = [group for path in RULES for group in yaml.safe_load(path.read_text(encoding="utf-8"))["groups"]]
ALERTS: dict[str, dict[str, Any]] = {rule["alert"]: rule for group in GROUPS for rule in group["rules"]}
PROMTOOL = shutil.which("promtool")
needs_promtool = pytest.mark.skipif(PROMTOOL is None, reason="promtool is not installed")
MODEL = {"model": "gpt-4o"}
OUTAGE = {"group": "dialogue", "reason": "DatabaseUnavailable 25006"}
PLACE = {"group": "leadstore", "topic": "conversation.turns.v1"}
PARKED = {**PLACE, "reason": "MalformedEvent"}
ONE, POD = {"instance": "a"}, {"pod": "a"}
PREFIX, FAILED, RESETS = "salesbot_", "language_model_failures_total", "kafka_offset_resets_total"
DAY, GROUP, SCHEMA = {"cap": "day_usd"}, {"group": "leadstore"}, {"schema": "dialogue"}
HOOK = {"subscription": "crm"}
UNKNOWN = {**MODEL, "reason": "spend_unknown"}
# What counters do that appear with their first event: that one, one more, and one that is long past.
ONCE, LONG_PAST = "_x9 1x20; 1x9 2x20", "_x3 1x30"


def faults_found(command: str, *files: Path) -> str:
    assert PROMTOOL is not None
    line = [PROMTOOL, command, "rules", *map(str, files)]
    checked = subprocess.run(line, capture_output=True, check=False, text=True)
    return checked.stdout + checked.stderr if checked.returncode else ""


def exported_names() -> set[str]:
    """The names of all samples the product can export."""
    suffixes = {"counter": ("_total",), "gauge": ("",), "histogram": ("_bucket", "_count", "_sum")}
    made = [metric for metric in vars(metrics).values() if isinstance(metric, Counter | Gauge | Histogram)]
    families = [family for metric in made for family in metric.describe()]
    return {family.name + suffix for family in families for suffix in suffixes[family.type]}


@pytest.mark.parametrize("name", ALERTS)
def test_an_alert_is_on_metrics_that_exist_and_says_what_it_means_and_what_to_do(name: str) -> None:
    rule, notes = ALERTS[name], ALERTS[name]["annotations"]
    kept = set(re.findall(r"\w+", " ".join(re.findall(r" by \(([^)]*)\)", rule["expr"]))))
    path, _, anchor = notes["runbook_url"].partition("#")
    text = (ROOT / path).read_text(encoding="utf-8")
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    (row,) = (line for line in text.splitlines() if line.startswith("| [") and f"](#{anchor}) |" in line)

    assert set() < set(re.findall(r"\bsalesbot_\w+", rule["expr"])) <= exported_names()
    assert set(re.findall(r"\$labels\.(\w+)", str(notes))) <= kept
    assert rule["labels"]["severity"] in {"critical", "warning"}
    assert notes["summary"].endswith(".")
    assert anchor in {heading.lower().replace(" ", "-") for heading in headings}
    assert f"`{name}`" in row


def test_the_runbook_knows_no_alert_that_is_gone() -> None:
    text = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| [")]
    assert set(re.findall(r"`(\w+)`", " ".join(rows))) == ALERTS.keys()


@dataclass(frozen=True)
class Case:
    """Series that start at midnight, and whether they make an alert with these labels at a time."""

    alert: str
    labels: dict[str, str]
    at: str
    given: dict[str, str]
    fires: bool

    def as_test(self) -> dict[str, Any]:
        rule = ALERTS[self.alert]
        filled = re.compile(r"\{\{ \$labels\.(\w+) \}\}")
        texts = rule["annotations"].items()
        notes = {name: filled.sub(lambda match: self.labels[match[1]], text) for name, text in texts}
        labels = {"severity": rule["labels"]["severity"], **self.labels}
        expected = [{"exp_labels": labels, "exp_annotations": notes}] * self.fires
        given = [{"series": name, "values": values} for name, values in self.given.items()]
        test = {"eval_time": self.at, "alertname": self.alert, "exp_alerts": expected}
        return {"interval": "1m", "input_series": given, "alert_rule_test": [test]}


def series(metric: str, **labels: str) -> str:
    named = ",".join(f'{name}="{value}"' for name, value in labels.items())
    return f"{metric}{{{named}}}"


INACTIVE, DENIED = {"outcome": "webhook_inactive"}, {"outcome": "refused"}


# Alert, labels it names, further ones of its metric, metric, time; series that it fires on, and others.
SIMPLE: list[tuple[str, dict[str, str], dict[str, str], str, str, str, str]] = [
    ("DeliveriesDead", HOOK, POD, "deliveries_dead", "20m", "0x5 1x20", "0x30; 0x5 1 0x20"),
    ("DeliveriesWait", HOOK, POD, "deliveries_oldest_age_seconds", "90m", "0+60x90", "3500x90; 0x5 4e3 0x90"),
    ("ReceiverPaused", HOOK, POD, "subscriptions_paused", "90m", "0x5 1x90", "0x90; 0x5 1x30 0x60"),
    ("SpendCapReached", DAY, {}, "spend_cap_binds", "20m", "0x9 1x20", "0x30; 1x9 0x20"),
    ("MailsWait", {}, {}, "mails_oldest_age_seconds", "60m", "0+60x60", "0x60; 1700x60"),
    ("MailsDoubtful", {}, {}, "mails_doubtful", "20m", "0x5 1x20", "0x30"),
    ("RemindersWait", {}, {}, "follow_ups_oldest_age_seconds", "90m", "0+60x90", "0x90; 3500x90"),
    ("SpendForecast", DAY, {}, "spend_cap_used_ratio", "180m", "0+0.002x500", "0+0.0005x500"),
    ("SpendShareReached", {"cap": "site_usd"}, {}, "spend_caps_reached_total", "20m", "0x5 1x20", "0x30"),
    ("SpendUnknown", {}, UNKNOWN, FAILED, "20m", "0+3x60", ""),
    ("DeadLettersPileUp", PARKED, ONE, "dlq_messages_total", "15m", "_x9 3 6 9 12x50", "_x9 1x50"),
    ("ModelGone", MODEL, {}, "language_model_gone", "20m", "0x9 1x20", "1x9 0x20"),
    ("RecordsWait", OUTAGE, ONE, "waiting_age_seconds", "9m", "0x4 20 80 140 200 260 320", "0x4 20 40 0x20"),
    ("ParkingStopped", PARKED, ONE, "parking_stopped", "9m", "0x3 1x20", "0x30; 0x3 1 0x20"),
    ("CommitsHeldBack", GROUP, ONE, "watermark_age_seconds", "10m", "0+60x20", "0 60 0 60 0 60 0 60 0 60 0"),
    ("OutboxEventRefused", SCHEMA, POD, "outbox_refused_events", "20m", "0x5 1x20", "0x30; 1x5 0x20"),
    ("OutboxStuck", SCHEMA, {}, "outbox_oldest_age_seconds", "20m", "0+60x30", "0 5 61 3 0x30"),
    ("SpareDataKeysLow", {"schema": "privacy"}, {}, "spare_data_keys", "20m", "9x30", "99x30; 99x5 40 99x20"),
    ("RepliesRecovered", {}, POD, "replies_recovered_total", "14m", "0x9 4 8 12 16x20", "0x9 1x30"),
    ("ReplyFramesSkipped", {}, POD, "reply_frames_skipped_total", "40m", "0+5x60", "0 5 10 15 20x60"),
    ("RequestsLimited", {"policy": "openings"}, POD, "requests_limited_total", "30m", "0+120x60", "0+30x60"),
    ("CalendarRefuses", {}, DENIED, "calendar_checks_total", "30m", "0+0.1x60", "0x60; 0x9 1x60"),
    ("CalendarWebhookInactive", {}, INACTIVE, "calendar_checks_total", "30m", "0+0.1x60", "0x60; 0x9 1x60"),
    ("RetentionNotApplied", {}, POD, "retention_applied_timestamp_seconds", "1500m", "9x1600", "90000x1600"),
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
        for each in (90, 30, 7):
            cases.append(Case(f"ModelShutdownIn{each}Days", MODEL, "20m", given, each == mark))
    return cases


def faults_in(tmp_path: Path, cases: list[Case]) -> str:
    path = tmp_path / "test.json"
    tests = [case.as_test() for case in cases]
    content = {"rule_files": list(map(str, RULES)), "evaluation_interval": "1m", "tests": tests}
    path.write_text(json.dumps(content), encoding="utf-8")
    return faults_found("test", path)


@needs_promtool
def test_every_alert_fires_on_what_it_is_for_and_on_nothing_else(tmp_path: Path) -> None:
    cases = [*simple_cases(), *cases_of_two_metrics(), *cases_of_a_shutdown()]
    assert faults_found("check", *RULES) == ""
    assert faults_in(tmp_path, cases) == ""
    for case in (next(case for case in cases if case.fires is fires) for fires in (True, False)):
        assert case.alert in faults_in(tmp_path, [replace(case, fires=not case.fires)])
