"""The alerts are rules that Prometheus reads, on metrics that exist, with a section in the runbook."""

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
def test_an_alert_is_on_metrics_that_exist_and_says_what_it_means_and_what_to_do(
    rule: dict[str, Any],
) -> None:
    notes, named = rule["annotations"], set(re.findall(r"\bsalesbot_\w+", rule["expr"]))
    kept = set(re.findall(r"\w+", " ".join(re.findall(r" by \(([^)]*)\)", rule["expr"]))))
    path, _, anchor = notes["runbook_url"].partition("#")
    text = (ROOT / path).read_text(encoding="utf-8")
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    (row,) = (line for line in text.splitlines() if line.startswith("| [") and f"](#{anchor}) |" in line)

    assert set() < named <= exported_names()
    assert set(re.findall(r"\$labels\.(\w+)", str(notes))) <= kept
    assert rule["labels"]["severity"] in {"critical", "warning"}
    assert notes["summary"].endswith(".")
    assert anchor in {heading.lower().replace(" ", "-") for heading in headings}
    assert f"`{rule['alert']}`" in row


def test_the_runbook_knows_no_alert_that_is_gone() -> None:
    text = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| [")]

    assert set(re.findall(r"`(\w+)`", " ".join(rows))) == {rule["alert"] for rule in rules()}


@needs_promtool
def test_prometheus_reads_the_rules() -> None:
    assert PROMTOOL is not None
    checked = subprocess.run(
        [PROMTOOL, "check", "rules", *map(str, RULES)], capture_output=True, check=False, text=True
    )

    assert checked.returncode == 0, checked.stderr
