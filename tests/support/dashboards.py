"""The dashboards as they are committed, and their queries as Prometheus understands them."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.support.alert_rules import ROOT

FOLDER = ROOT / "helm" / "salesbot" / "dashboards"
# A service that serves requests and reads topics, so that each of its panels has something to show.
_VARIABLES = {"$__rate_interval": "1m", "$service": "leadstore"}


@dataclass(frozen=True)
class Query:
    """One query of a panel."""

    board: str
    panel: str
    expression: str


def boards() -> dict[str, dict[str, Any]]:
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.json"))}


def panels(board: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for panel in board["panels"]:
        yield from panel["panels"] if panel.get("panels") else [panel]


def queries() -> list[Query]:
    found = []
    for name, board in boards().items():
        for panel in panels(board):
            for target in panel.get("targets", ()):
                expression = target["expr"]
                for variable, value in _VARIABLES.items():
                    expression = expression.replace(variable, value)
                assert "$" not in expression, expression
                found.append(Query(name, panel["title"], expression))
    return found


def metrics_named(expression: str) -> set[str]:
    """The metrics of a query, without labels, functions and strings."""
    bare = re.sub(r'"[^"]*"', "", expression)
    return set(re.findall(r"\b(?:salesbot_|salesbot:|keda_|kube_|process_)[\w:]+", bare))
