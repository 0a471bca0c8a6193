"""Jaeger on loopback, keeping in memory what services export, and what it says of a turn."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import yaml

from devstack.ports import LOOPBACK, free_port
from tests.cluster.binaries import Workshop
from tests.cluster.control_plane import Server


@dataclass(frozen=True)
class Jaeger:
    """Where spans are sent, and where they are asked for."""

    otlp_url: str
    query_url: str

    def services_by_trace(self, tags: Mapping[str, str], *, service: str = "gateway") -> list[set[str]]:
        """The services in each trace that has a span of `service` with these tags."""
        parameters = {"service": service, "tags": json.dumps(dict(tags)), "limit": "20"}
        answer = httpx2.get(f"{self.query_url}/api/traces", params=parameters, timeout=30)
        answer.raise_for_status()
        return [_services_of(trace) for trace in answer.json()["data"]]


def _services_of(trace: Mapping[str, Any]) -> set[str]:
    processes = trace["processes"]
    return {str(processes[span["processID"]]["serviceName"]) for span in trace["spans"]}


def _settings(otlp: str, query: str, health: str) -> dict[str, Any]:
    storage = "memory"
    return {
        "service": {
            "extensions": ["jaeger_storage", "jaeger_query", "healthcheckv2"],
            "pipelines": {
                "traces": {
                    "receivers": ["otlp"],
                    "processors": ["batch"],
                    "exporters": ["jaeger_storage_exporter"],
                }
            },
            # Its own metrics would be served on a port of their own.
            "telemetry": {"metrics": {"level": "none"}, "logs": {"level": "warn"}},
        },
        "extensions": {
            "healthcheckv2": {"use_v2": True, "http": {"endpoint": health}},
            "jaeger_storage": {"backends": {storage: {"memory": {"max_traces": 100_000}}}},
            "jaeger_query": {
                "storage": {"traces": storage},
                "http": {"endpoint": query},
                "grpc": {"endpoint": f"{LOOPBACK}:{free_port()}"},
                # With it a shutdown waits for ten seconds.
                "enable_tracing": False,
            },
        },
        "receivers": {"otlp": {"protocols": {"http": {"endpoint": otlp}}}},
        "processors": {"batch": {}},
        "exporters": {"jaeger_storage_exporter": {"trace_storage": storage}},
    }


@contextmanager
def running_jaeger(folder: Path, workshop: Workshop) -> Iterator[Jaeger]:
    """Start it, and stop it at the end."""
    workshop.require("jaeger")
    otlp, query, health = (f"{LOOPBACK}:{free_port()}" for _ in range(3))
    config = folder / "jaeger.yaml"
    config.write_text(yaml.safe_dump(_settings(otlp, query, health)), encoding="utf-8")
    command = [workshop.path_of("jaeger"), "--config", config]
    server = Server("jaeger", folder, command, health=f"http://{health}/status")
    try:
        server.start()
        yield Jaeger(f"http://{otlp}", f"http://{query}")
    finally:
        server.terminate()
