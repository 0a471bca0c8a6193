"""The rules that Prometheus reads, and trials of single alerts by promtool."""

import json
import re
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
RULES = sorted((ROOT / "helm" / "salesbot" / "rules").glob("*.yaml"))
GROUPS = [group for path in RULES for group in yaml.safe_load(path.read_text(encoding="utf-8"))["groups"]]
ALERTS: dict[str, dict[str, Any]] = {
    rule["alert"]: rule for group in GROUPS for rule in group["rules"] if "alert" in rule
}
RECORDED: dict[str, dict[str, Any]] = {
    rule["record"]: rule for group in GROUPS for rule in group["rules"] if "record" in rule
}
PROMTOOL = shutil.which("promtool")
needs_promtool = pytest.mark.skipif(PROMTOOL is None, reason="promtool is not installed")


@dataclass(frozen=True)
class Case:
    """Series that start at midnight, and whether they make an alert with these labels at a time."""

    alert: str
    labels: dict[str, str]
    at: str
    given: dict[str, str]
    fires: bool

    @property
    def step(self) -> str:
        """From one value or evaluation to the next: long where it is about days."""
        minutes = int(self.at.removesuffix("m"))
        return "1m" if minutes <= 300 else "2m" if minutes <= 600 else "10m"

    def as_test(self) -> dict[str, Any]:
        rule = ALERTS[self.alert]
        filled = re.compile(r"\{\{ \$labels\.(\w+) \}\}")
        texts = rule["annotations"].items()
        notes = {name: filled.sub(lambda match: self.labels[match[1]], text) for name, text in texts}
        labels = {"severity": rule["labels"]["severity"], **self.labels}
        expected = [{"exp_labels": labels, "exp_annotations": notes}] * self.fires
        given = [{"series": name, "values": values} for name, values in self.given.items()]
        test = {"eval_time": self.at, "alertname": self.alert, "exp_alerts": expected}
        return {"interval": self.step, "input_series": given, "alert_rule_test": [test]}


def faults_found(command: str, *files: Path) -> str:
    assert PROMTOOL is not None
    line = [PROMTOOL, command, "rules", *map(str, files)]
    checked = subprocess.run(line, capture_output=True, check=False, text=True)
    if not checked.returncode:
        return ""
    # A file of which nothing is found is a line with its name and one that says so.
    return re.sub(r"^.*\n  SUCCESS\n\s*", "", checked.stdout + checked.stderr, flags=re.MULTILINE)


def faults_in(folder: Path, cases: Iterable[Case]) -> str:
    """What promtool finds; each alert is tried alone, because promtool evaluates all rules it is given."""
    together = defaultdict[tuple[str, str], list[Case]](list)
    for case in cases:
        together[case.alert, case.step].append(case)
    files = []
    for (alert, every), some in together.items():
        rules, path = folder / f"{alert}.rules.json", folder / f"{alert}.{every}.json"
        rules.write_text(json.dumps({"groups": [{"name": alert, "rules": rules_for(alert)}]}))
        tests = [case.as_test() for case in some]
        content = {"rule_files": [str(rules)], "evaluation_interval": every, "tests": tests}
        path.write_text(json.dumps(content), encoding="utf-8")
        files.append(path)
    return faults_found("test", *files)


def rules_for(alert: str) -> list[dict[str, Any]]:
    """An alert behind what it reads of the recorded series."""
    rule = ALERTS[alert]
    names = re.findall(r"\bsalesbot:\w+:\w+", rule["expr"])
    return [*(RECORDED[name] for name in dict.fromkeys(names)), rule]
