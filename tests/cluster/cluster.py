"""All that a release runs on, for the tests."""

from dataclasses import dataclass
from pathlib import Path

from devstack.infra import Infra
from devstack.ports import LOOPBACK
from tests.cluster.api import Api
from tests.cluster.kubelet import Kubelet
from tests.cluster.proxies import Proxies


@dataclass(frozen=True)
class Cluster:
    """All that a release runs on."""

    infra: Infra
    api: Api
    proxies: Proxies
    kubelet: Kubelet
    logs: Path

    def url_of(self, service: str) -> str:
        """Where a Service is reached from here."""
        return f"http://{LOOPBACK}:{self.proxies.port_of(service)}"
