"""The alerts are rules that Prometheus reads, on metrics that exist, with a section in the runbook.

Each fires on what it is for, and on nothing else.
"""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from prometheus_client import Counter, Gauge, Histogram

from chassis import metrics
from tests.support.alert_cases import all_cases
from tests.support.alert_rules import (
    ALERTS,
    GROUPS,
    RECORDED,
    ROOT,
    RULES,
    faults_found,
    faults_in,
    needs_promtool,
)

# Of Prometheus itself, of KEDA and of kube-state-metrics.
FOREIGN = re.compile(r"\b(?:up|keda_\w+|kube_\w+)\b")
# Meant to fire always.
NEVER_SILENT = {"Watchdog"}


def exported_names() -> set[str]:
    """The names of all samples the product can export."""
    suffixes = {"counter": ("_total",), "gauge": ("",), "histogram": ("_bucket", "_count", "_sum")}
    made = [metric for metric in vars(metrics).values() if isinstance(metric, Counter | Gauge | Histogram)]
    families = [family for metric in made for family in metric.describe()]
    return {family.name + suffix for family in families for suffix in suffixes[family.type]}


def test_every_rule_is_on_metrics_that_exist() -> None:
    known = exported_names() | RECORDED.keys()
    for rule in (rule for group in GROUPS for rule in group["rules"]):
        named = set(re.findall(r"\bsalesbot[_:][\w:]+", rule["expr"]))
        assert named <= known, rule
        assert named or FOREIGN.search(rule["expr"]) or rule["alert"] in NEVER_SILENT


@pytest.mark.parametrize("name", ALERTS)
def test_an_alert_says_what_it_means_and_what_to_do(name: str) -> None:
    rule, notes = ALERTS[name], ALERTS[name]["annotations"]
    kept = set(re.findall(r"\w+", " ".join(re.findall(r" by \(([^)]*)\)", rule["expr"]))))
    path, _, anchor = notes["runbook_url"].partition("#")
    text = (ROOT / path).read_text(encoding="utf-8")
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    (row,) = (line for line in text.splitlines() if line.startswith("| [") and f"](#{anchor}) |" in line)

    assert set(re.findall(r"\$labels\.(\w+)", str(notes))) <= kept
    assert rule["labels"]["severity"] in ({"none"} if name in NEVER_SILENT else {"critical", "warning"})
    assert notes["summary"].endswith(".")
    assert anchor in {heading.lower().replace(" ", "-") for heading in headings}
    assert f"`{name}`" in row


def test_the_runbook_knows_no_alert_that_is_gone() -> None:
    text = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| [")]
    assert set(re.findall(r"`(\w+)`", " ".join(rows))) == ALERTS.keys()


def test_every_alert_is_tried_with_what_it_fires_on_and_with_what_it_does_not() -> None:
    tried = {(case.alert, case.fires) for case in all_cases()}
    assert tried == {(name, fires) for name in ALERTS for fires in (True, False)} - {
        (name, False) for name in NEVER_SILENT
    }


@needs_promtool
def test_every_alert_fires_on_what_it_is_for_and_on_nothing_else(tmp_path: Path) -> None:
    assert faults_found("check", *RULES) == ""
    assert faults_in(tmp_path, all_cases()) == ""


@needs_promtool
@pytest.mark.parametrize("fires", [True, False])
def test_a_wrong_expectation_is_found(tmp_path: Path, *, fires: bool) -> None:
    case = next(case for case in all_cases() if case.fires is fires)
    assert case.alert in faults_in(tmp_path, [replace(case, fires=not fires)])
