"""A Prometheus that scrapes the product under test, and what a cluster would export beside it."""

import json
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx2

from devstack.ports import LOOPBACK, free_port
from tests.support.alert_rules import RULES

PROMETHEUS = shutil.which("prometheus")
_SCALER = 'namespace="salesbot",metric="s0-kafka",scaledObject="salesbot-dialogue",scaler="kafkaScaler"'
_HPA = 'namespace="salesbot",horizontalpodautoscaler="keda-hpa-salesbot-dialogue"'
_DEPLOYMENT = 'namespace="salesbot",deployment="salesbot-dialogue"'
# As KEDA 2.20 and kube-state-metrics export it; only a cluster has both.
OF_A_CLUSTER = f"""\
keda_scaler_metrics_value{{{_SCALER}}} 12
keda_scaler_metrics_latency_seconds{{{_SCALER}}} 0.004
keda_scaler_active{{{_SCALER}}} 1
keda_scaler_detail_errors_total{{{_SCALER}}} 0
keda_scaled_object_paused{{namespace="salesbot",scaledObject="salesbot-dialogue"}} 0
kube_horizontalpodautoscaler_status_current_replicas{{{_HPA}}} 2
kube_horizontalpodautoscaler_spec_max_replicas{{{_HPA}}} 12
kube_deployment_spec_replicas{{{_DEPLOYMENT}}} 2
kube_deployment_status_replicas_available{{{_DEPLOYMENT}}} 2
"""


@dataclass(frozen=True)
class Prometheus:
    """A server that runs."""

    url: str

    def query(self, expression: str) -> list[dict[str, Any]]:
        """The series of an expression, now."""
        return list(self._get("query", query=expression)["result"])

    def firing(self) -> set[str]:
        """The names of the alerts that fire, without those that need no person."""
        found = self._get("alerts")["alerts"]
        return {each["labels"]["alertname"] for each in found if each["state"] == "firing"}

    def exemplars(self, metric: str) -> list[str]:
        """The traces that values of a metric lead to."""
        now = time.time()
        found = self._get("query_exemplars", query=metric, start=str(now - 600), end=str(now))
        return [each["labels"]["trace_id"] for series in found for each in series["exemplars"]]

    def _get(self, what: str, **parameters: str) -> Any:
        answer = httpx2.get(f"{self.url}/api/v1/{what}", params=parameters, timeout=30)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]


@contextmanager
def running_prometheus(folder: Path, targets: Mapping[str, str]) -> Iterator[Prometheus]:
    """Scrapes `targets`, addresses by name, once a second, with the rules of the chart."""
    assert PROMETHEUS is not None
    with _cluster() as cluster:
        port = free_port()
        config = {
            "global": {"scrape_interval": "1s", "evaluation_interval": "2s"},
            "rule_files": list(map(str, RULES)),
            "scrape_configs": [
                {"job_name": "salesbot", "static_configs": [{"targets": list(targets.values())}]},
                {"job_name": "cluster", "static_configs": [{"targets": [cluster]}]},
            ],
        }
        path = folder / "prometheus.json"
        path.write_text(json.dumps(config), encoding="utf-8")
        command = [
            PROMETHEUS,
            f"--config.file={path}",
            f"--storage.tsdb.path={folder / 'data'}",
            f"--web.listen-address={LOOPBACK}:{port}",
            "--enable-feature=exemplar-storage",
            "--log.level=error",
        ]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
            try:
                url = f"http://{LOOPBACK}:{port}"
                _await(f"{url}/-/ready", process)
                yield Prometheus(url)
            finally:
                process.terminate()


def _await(url: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(httpx2.HTTPError):
            if httpx2.get(url, timeout=5).status_code == 200:
                return
        time.sleep(0.1)
    raise AssertionError("Prometheus did not start")


@contextmanager
def _cluster() -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/plain; version=0.0.4")
            self.end_headers()
            self.wfile.write(OF_A_CLUSTER.encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer((LOOPBACK, 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"{LOOPBACK}:{server.server_port}"
    finally:
        server.shutdown()
