"""The alerts are rules that Prometheus reads, on metrics that exist, and they fire when they should."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import Counter, Gauge, Histogram

from chassis import metrics

ROOT = Path(__file__).parents[2]
RULES = sorted((ROOT / "helm" / "rules").glob("*.yaml"))
PROMTOOL = shutil.which("promtool")
needs_promtool = pytest.mark.skipif(PROMTOOL is None, reason="promtool is not installed")


def rules() -> list[dict[str, Any]]:
    groups = [group for path in RULES for group in yaml.safe_load(path.read_text(encoding="utf-8"))["groups"]]
    return [rule for group in groups for rule in group["rules"]]


def exported_names() -> set[str]:
    """The names of all samples the product can export."""
    suffixes = {"counter": ("_total",), "gauge": ("",), "histogram": ("_bucket", "_count", "_sum")}
    families = [
        family
        for metric in vars(metrics).values()
        if isinstance(metric, Counter | Gauge | Histogram)
        for family in metric.describe()
    ]
    return {family.name + suffix for family in families for suffix in suffixes[family.type]}


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
def test_an_alert_says_how_bad_it_is_and_what_it_means(rule: dict[str, Any]) -> None:
    assert rule["labels"]["severity"] in {"critical", "warning"}
    assert rule["annotations"]["summary"].endswith(".")


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
def test_an_alert_is_on_metrics_that_exist(rule: dict[str, Any]) -> None:
    named = set(re.findall(r"\bsalesbot_\w+", rule["expr"]))

    assert named
    assert named <= exported_names()


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
def test_an_alert_names_labels_that_it_has(rule: dict[str, Any]) -> None:
    kept = set(re.findall(r"\w+", " ".join(re.findall(r" by \(([^)]*)\)", rule["expr"]))))

    assert set(re.findall(r"\$labels\.(\w+)", str(rule["annotations"]))) <= kept


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
def test_the_runbook_of_an_alert_has_its_section(rule: dict[str, Any]) -> None:
    path, _, anchor = rule["annotations"]["runbook_url"].partition("#")
    text = (ROOT / path).read_text(encoding="utf-8")
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    (row,) = (line for line in text.splitlines() if line.startswith("| [") and f"](#{anchor}) |" in line)

    assert anchor in {heading.lower().replace(" ", "-") for heading in headings}
    assert f"`{rule['alert']}`" in row


def test_the_runbook_knows_no_alert_that_is_gone() -> None:
    text = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| [")]

    assert set(re.findall(r"`(\w+)`", " ".join(rows))) == {rule["alert"] for rule in rules()}


def fires(tmp_path: Path, series: dict[str, str], alert: str, *, at: str, labels: dict[str, str]) -> bool:
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
        "input_series": [{"series": name, "values": values} for name, values in series.items()],
        "alert_rule_test": [{"eval_time": at, "alertname": alert, "exp_alerts": [expected]}],
    }
    path = tmp_path / "test.json"
    content = {"rule_files": [str(path) for path in RULES], "evaluation_interval": "1m", "tests": [test]}
    path.write_text(json.dumps(content), encoding="utf-8")
    return (
        subprocess.run([PROMTOOL, "test", "rules", str(path)], capture_output=True, check=False).returncode
        == 0
    )


@needs_promtool
def test_prometheus_reads_the_rules() -> None:
    assert PROMTOOL is not None
    checked = subprocess.run(
        [PROMTOOL, "check", "rules", *map(str, RULES)], capture_output=True, check=False, text=True
    )

    assert checked.returncode == 0, checked.stderr


@needs_promtool
@pytest.mark.parametrize(("values", "is_alert"), [("0x9 1x20", True), ("0x30", False), ("1x9 0x20", False)])
def test_a_day_at_its_cap_calls_a_person_who_is_told_which(
    tmp_path: Path, values: str, is_alert: bool
) -> None:
    series = {'salesbot_spend_cap_binds{cap="day_usd"}': values}

    assert fires(tmp_path, series, "SpendCapReached", at="20m", labels={"cap": "day_usd"}) is is_alert


@needs_promtool
@pytest.mark.parametrize(("values", "is_alert"), [("0+0.002x500", True), ("0+0.0005x500", False)])
def test_a_pace_that_leads_to_the_cap_is_told_before_it_is_reached(
    tmp_path: Path, values: str, is_alert: bool
) -> None:
    series = {'salesbot_spend_cap_used_ratio{cap="day_tokens"}': values}

    assert fires(tmp_path, series, "SpendForecast", at="180m", labels={"cap": "day_tokens"}) is is_alert


@needs_promtool
@pytest.mark.parametrize(("failures", "is_alert"), [("0+5x60", True), ("7x60", False)])
def test_a_breaker_that_stays_open_is_told_while_somebody_asks(
    tmp_path: Path, failures: str, is_alert: bool
) -> None:
    series = {
        'salesbot_language_model_breaker_state{model="gpt-4o",job="dialogue"}': "2x60",
        'salesbot_language_model_breaker_state{model="gpt-4o",job="proposal"}': "0x60",
        'salesbot_language_model_failures_total{model="gpt-4o",reason="breaker_open"}': failures,
    }

    assert fires(tmp_path, series, "ModelBreakerOpen", at="40m", labels={"model": "gpt-4o"}) is is_alert


@needs_promtool
@pytest.mark.parametrize(("scripted", "is_alert"), [("0+4x60", True), ("0+1x60", False)])
def test_many_scripted_replies_are_told(tmp_path: Path, scripted: str, is_alert: bool) -> None:
    series = {
        'salesbot_scripted_replies_total{reason="timeout"}': scripted,
        'salesbot_language_model_duration_seconds_count{model="gpt-4o",outcome="answered"}': "0+10x60",
    }

    assert fires(tmp_path, series, "ScriptedReplies", at="40m", labels={}) is is_alert


@needs_promtool
def test_a_lost_ledger_is_told(tmp_path: Path) -> None:
    series = {'salesbot_language_model_failures_total{model="gpt-4o",reason="spend_unknown"}': "0+3x60"}

    assert fires(tmp_path, series, "SpendUnknown", at="20m", labels={})


PARKED = {"group": "dialogue", "topic": "conversation.turns.v1", "reason": "MalformedEvent"}
PARKED_LABELS = ",".join(f'{name}="{value}"' for name, value in PARKED.items())


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
def test_the_first_parked_record_calls_a_person(tmp_path: Path, values: str, at: str, is_alert: bool) -> None:
    series = {
        f'salesbot_dlq_messages_total{{{PARKED_LABELS},instance="a"}}': values,
        f'salesbot_dlq_messages_total{{{PARKED_LABELS},instance="b"}}': "0x200",
    }

    assert fires(tmp_path, series, "DeadLetterParked", at=at, labels=PARKED) is is_alert


@needs_promtool
@pytest.mark.parametrize(("values", "is_alert"), [("_x9 3 6 9 12x50", True), ("_x9 1x50", False)])
def test_a_topic_that_drains_into_its_dead_letters_is_critical(
    tmp_path: Path, values: str, is_alert: bool
) -> None:
    series = {f'salesbot_dlq_messages_total{{{PARKED_LABELS},instance="a"}}': values}

    assert fires(tmp_path, series, "DeadLettersPileUp", at="15m", labels=PARKED) is is_alert


@needs_promtool
@pytest.mark.parametrize(
    ("days", "alert"),
    [
        ("91x30", None),
        ("90x30", "ModelShutdownIn90Days"),
        ("31x30", "ModelShutdownIn90Days"),
        ("30x30", "ModelShutdownIn30Days"),
        ("8x30", "ModelShutdownIn30Days"),
        ("7x30", "ModelShutdownIn7Days"),
        ("-2x30", "ModelShutdownIn7Days"),
    ],
)
def test_the_end_of_a_model_is_announced_90_30_and_7_days_before(
    tmp_path: Path, days: str, alert: str | None
) -> None:
    series = {
        'salesbot_language_model_shutdown_days{model="gpt-4o",job="dialogue"}': days,
        'salesbot_language_model_shutdown_days{model="gpt-4o",job="proposal"}': days,
    }
    names = [f"ModelShutdownIn{mark}Days" for mark in (90, 30, 7)]

    fired = [name for name in names if fires(tmp_path, series, name, at="20m", labels={"model": "gpt-4o"})]

    assert fired == ([] if alert is None else [alert])


@needs_promtool
@pytest.mark.parametrize(("gone", "is_alert"), [("0x9 1x20", True), ("1x9 0x20", False)])
def test_a_model_that_is_gone_calls_a_person(tmp_path: Path, gone: str, is_alert: bool) -> None:
    series = {'salesbot_language_model_gone{model="gpt-4o"}': gone}

    assert fires(tmp_path, series, "ModelGone", at="20m", labels={"model": "gpt-4o"}) is is_alert
