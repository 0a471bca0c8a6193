"""Everything a measurement runs on: the laptop's stack, a model and a trace collector on loopback."""

import asyncio
import contextlib
import json
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import psutil
import yaml
from aiohttp import web
from pydantic import SecretStr

from chassis.data_keys import DataKeySettings
from chassis.kafka import ensure_topics
from chassis.kafka.cluster import KafkaCluster
from contracts.registry import TOPICS
from devstack.child import run_concurrently
from devstack.infra import Infra
from devstack.ports import LOOPBACK, free_port
from devstack.services import SERVICES, ServiceProcess

PROJECT = Path(__file__).resolve().parent.parent
OPERATOR_KEY = "benchmark-operator-key"
# Visitors pass every limit, as they do in production, and never reach one.
COUNTED_AND_NEVER_REFUSED = {
    "LIMITS_EXEMPT_NETWORKS": "[]",
    **{
        f"LIMITS_{limit}": "1000000000/minute"
        for limit in (
            "OPENINGS_PER_ADDRESS",
            "OPENINGS_PER_SITE",
            "MESSAGES_PER_CONVERSATION",
            "MESSAGES_PER_ADDRESS",
            "MESSAGES_PER_SITE",
            "READS_PER_ADDRESS",
            "REQUESTS_PER_KEY",
        )
    },
}
_DATA_KEY_SECRET = "benchmark-data-key-secret"


@dataclass(frozen=True, slots=True)
class Stack:
    """A running product. CPU seconds are those of the service processes alone."""

    url: str
    broker_name: str
    logs: Path
    data_keys: DataKeySettings
    services: tuple[ServiceProcess, ...]

    def cpu_seconds(self) -> dict[str, float]:
        """User and system time each service has used since it started."""
        used = {service.service: psutil.Process(service.pid).cpu_times() for service in self.services}
        return {name: times.user + times.system for name, times in used.items()}


@contextlib.asynccontextmanager
async def running_stack(
    infra: Infra,
    *,
    model_delay_s: float = 0.0,
    model_url: str = "",
    env: Mapping[str, str] = MappingProxyType({}),
) -> AsyncIterator[Stack]:
    """Five services with telemetry on, talking to a streaming model that takes `model_delay_s` a reply.

    With a `model_url` they talk to the one that is there. `env` are further settings.
    """
    await ensure_topics(KafkaCluster.at(infra.kafka_bootstrap), TOPICS)
    model = contextlib.nullcontext(model_url) if model_url else _fake_model(model_delay_s)
    with model as url:
        async with _trace_collector() as otlp_url:
            logs = Path(tempfile.mkdtemp(prefix="salesbot-benchmark-logs-"))
            services = _services(infra, url, otlp_url, logs, more=env)
            try:
                await asyncio.to_thread(run_concurrently, [service.start for service in services])
                yield Stack(services[0].url, infra.broker_name, logs, _data_keys(infra), services)
            finally:
                await asyncio.to_thread(run_concurrently, [service.terminate for service in services])


def _data_keys(infra: Infra) -> DataKeySettings:
    return DataKeySettings(
        database_url=SecretStr(infra.database_url), data_key_secret=SecretStr(_DATA_KEY_SECRET)
    )


def _services(
    infra: Infra, model_url: str, otlp_url: str, logs: Path, *, more: Mapping[str, str]
) -> tuple[ServiceProcess, ...]:
    port_of = {name: free_port() for name in SERVICES}
    env = infra.service_env() | {
        "PLAYBOOK_PATH": str(playbook_without_caps(logs)),
        "ALLOW_EXAMPLE_FACTS": "true",
        "LEADSTORE_URL": f"http://{LOOPBACK}:{port_of['leadstore']}",
        "BOOKING_URL": f"http://{LOOPBACK}:{port_of['booking']}",
        "SESSION_SECRET": "benchmark-session-secret",
        "DATA_KEY_SECRET": _DATA_KEY_SECRET,
        "DEV_API_KEY": OPERATOR_KEY,
        **COUNTED_AND_NEVER_REFUSED,
        "OPENAI_API_KEY": "benchmark",
        "OPENAI_BASE_URL": model_url,
        "OTEL_EXPORTER_OTLP_ENDPOINT": otlp_url,
        "LOG_LEVEL": "INFO",
        **more,
    }
    return tuple(ServiceProcess(name, env, logs, port=port_of[name]) for name in SERVICES)


def playbook_without_caps(folder: Path) -> Path:
    """Written into `folder`: a measurement has more turns than a day may have, so that no cap ever binds."""
    playbook = yaml.safe_load((PROJECT / "playbook.yaml").read_text(encoding="utf-8"))
    for cap in playbook["spend"].keys() - {"reply_output_tokens"}:
        playbook["spend"][cap] = 1 if cap.endswith("_share") else 10**9
    languages = playbook["languages"]
    playbook["languages"] = {code: str(PROJECT / file) for code, file in languages.items()}
    for file in ("prompt", "lexicon"):
        playbook[file] = str(PROJECT / playbook[file])
    # JSON is YAML too.
    path = folder / "playbook.json"
    path.write_text(json.dumps(playbook), encoding="utf-8")
    return path


@contextlib.contextmanager
def _fake_model(delay_s: float) -> Iterator[str]:
    command = [sys.executable, "-m", "tests.support.fake_openai", "--port", "0", "--delay", str(delay_s)]
    # What is refused is asked for again: a turn costs what it does with a model that answers well.
    command += ["--responder", "evals.sensible:answer"]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


@contextlib.asynccontextmanager
async def _trace_collector() -> AsyncIterator[str]:
    """Takes spans and forgets them, so that exporting them costs the services what it really costs."""

    async def take(request: web.Request) -> web.Response:
        # A service that is killed cuts off what it was sending.
        with contextlib.suppress(ConnectionResetError):
            await request.read()
        return web.Response()

    app = web.Application(client_max_size=64 * 1024 * 1024)
    app.router.add_post("/v1/traces", take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, LOOPBACK, port).start()
    try:
        yield f"http://{LOOPBACK}:{port}"
    finally:
        await runner.cleanup()
