"""The alerts about consuming are on metrics that exist, and say how bad it is."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import Counter, Gauge

from chassis import metrics

RULES = Path(__file__).parents[2] / "helm" / "rules" / "consuming.yaml"


def rules() -> list[dict[str, Any]]:
    groups = yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def exported() -> dict[str, set[str]]:
    """The samples that counters and gauges export, with their labels."""
    return {
        family.name + ("_total" if family.type == "counter" else ""): set(metric._labelnames)
        for metric in vars(metrics).values()
        if isinstance(metric, Counter | Gauge)
        for family in metric.describe()
    }


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
def test_an_alert_is_on_metrics_and_labels_that_exist_and_says_what_it_means(rule: dict[str, Any]) -> None:
    (name,) = re.findall(r"\bsalesbot_\w+", rule["expr"])
    (labels,) = re.findall(r" by \(([^)]+)\)", rule["expr"])

    assert set(labels.split(", ")) <= exported()[name]
    assert set(re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"])) <= set(labels.split(", "))
    assert rule["labels"]["severity"] in {"critical", "warning"}
    assert rule["annotations"]["summary"].endswith(".")
