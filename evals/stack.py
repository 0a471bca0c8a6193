"""A product of its own for one run: the laptop's broker, database and cache, and the five services."""

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

from chassis.kafka import ensure_topics
from chassis.kafka.cluster import KafkaCluster
from contracts.registry import TOPICS
from devstack.child import PROJECT, run_concurrently
from devstack.infra import Infra
from devstack.ports import LOOPBACK, free_port
from devstack.services import GATEWAY, SERVICES, ServiceProcess

API_KEY = "dev-of-a-product-that-is-measured"


@contextlib.asynccontextmanager
async def running_product(playbook: Path, env: Mapping[str, str]) -> AsyncIterator[str]:
    """The address of a gateway whose product lives as long as this does.

    With OPENAI_API_KEY or OPENAI_BASE_URL in the environment a model speaks, otherwise it is guided.
    """
    with tempfile.TemporaryDirectory() as folder:
        infra = await asyncio.to_thread(Infra.start, Path(folder))
        try:
            await ensure_topics(KafkaCluster.at(infra.kafka_bootstrap), TOPICS)
            services = _services(infra, playbook, env, Path(folder))
            try:
                await asyncio.to_thread(run_concurrently, [service.start for service in services.values()])
                yield services[GATEWAY].url
            finally:
                await asyncio.to_thread(
                    run_concurrently, [service.terminate for service in services.values()]
                )
        finally:
            await asyncio.to_thread(infra.stop)


def _services(infra: Infra, playbook: Path, env: Mapping[str, str], logs: Path) -> dict[str, ServiceProcess]:
    port_of = {name: free_port() for name in SERVICES}
    common = {
        **infra.service_env(),
        "PLAYBOOK_PATH": str(PROJECT / playbook),
        "ALLOW_EXAMPLE_FACTS": "true",
        "LEADSTORE_URL": f"http://{LOOPBACK}:{port_of['leadstore']}",
        "BOOKING_URL": f"http://{LOOPBACK}:{port_of['booking']}",
        "SESSION_SECRET": "of-a-product-that-is-measured",
        "DATA_KEY_SECRET": "of-a-product-that-is-measured",
        "DEV_API_KEY": API_KEY,
        **env,
    }
    return {name: ServiceProcess(name, common, logs, port=port_of[name]) for name in SERVICES}
