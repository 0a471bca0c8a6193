"""The dashboards are what their code says, on metrics that exist, and lead to sections of the runbook."""

import json
import re
from pathlib import Path

from dashboards.generate import stale_files
from tests.contract.test_alerts import exported_names
from tests.support.alert_rules import RECORDED, ROOT, faults_found, needs_promtool
from tests.support.dashboards import boards, metrics_named, panels, queries

# What the Prometheus client exports of a process by itself.
OF_A_PROCESS = {"process_cpu_seconds_total", "process_resident_memory_bytes", "process_open_fds"}


def test_the_committed_dashboards_are_what_their_code_says() -> None:
    assert stale_files() == []


def test_every_query_is_on_metrics_that_exist() -> None:
    known = exported_names() | RECORDED.keys() | OF_A_PROCESS
    for query in queries():
        named = metrics_named(query.expression)
        assert named
        assert {name for name in named if not name.startswith(("keda_", "kube_"))} <= known, query


def test_every_panel_says_what_to_conclude_in_a_unit_and_leads_on() -> None:
    text = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
    sections = {heading.lower().replace(" ", "-") for heading in re.findall(r"^## (.+)$", text, re.MULTILINE)}
    for board in boards().values():
        links = [link for panel in panels(board) for link in panel.get("links", ())]
        assert {link["url"].partition("#")[2] for link in links} <= sections
        assert all(link["url"].startswith("${runbook}#") for link in links)
        assert any("${jaeger}/search" in link.get("url", "") for link in board["links"])
        for panel in panels(board):
            if panel["type"] != "row":
                assert panel["title"]
                assert panel["fieldConfig"]["defaults"]["unit"]


@needs_promtool
def test_prometheus_reads_every_query(tmp_path: Path) -> None:
    rules = [{"record": f"query:{n}", "expr": query.expression} for n, query in enumerate(queries())]
    path = tmp_path / "queries.json"
    path.write_text(json.dumps({"groups": [{"name": "queries", "rules": rules}]}))
    assert faults_found("check", path) == ""
