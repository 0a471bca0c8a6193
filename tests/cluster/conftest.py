"""A control plane, KEDA and Jaeger for the tests of this folder, which `make test-cluster` runs."""

from collections.abc import Iterator

import pytest

from devstack.infra import Infra
from devstack.kafka import Kafka
from tests.cluster.binaries import Workshop, default_folder
from tests.cluster.cluster import Cluster
from tests.cluster.control_plane import ControlPlane, running_control_plane
from tests.cluster.jaeger import Jaeger, running_jaeger
from tests.cluster.keda import Keda, running_keda
from tests.cluster.kubelet import running_kubelet
from tests.cluster.proxies import running_proxies
from tests.cluster.release import OUT


@pytest.fixture(scope="session")
def workshop() -> Workshop:
    return Workshop(default_folder())


@pytest.fixture(scope="session")
def kafka(infra: Infra) -> Infra:
    """The infrastructure, whose broker is Apache Kafka: another one does not tell what lags."""
    assert isinstance(infra, Infra), "the cluster's processes are reached on loopback alone"
    assert isinstance(infra.broker, Kafka), f"Apache Kafka is needed, {infra.broker_name} does not tell lag"
    return infra


@pytest.fixture(scope="session")
def control_plane(workshop: Workshop, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    with running_control_plane(tmp_path_factory.mktemp("control-plane"), workshop) as running:
        yield running


@pytest.fixture(scope="session")
def keda(control_plane: ControlPlane) -> Iterator[Keda]:
    with running_keda(control_plane) as running:
        yield running


@pytest.fixture(scope="session")
def jaeger(workshop: Workshop, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jaeger]:
    with running_jaeger(tmp_path_factory.mktemp("jaeger"), workshop) as running:
        yield running


@pytest.fixture(scope="session")
def cluster(
    control_plane: ControlPlane, kafka: Infra, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Cluster]:
    logs = tmp_path_factory.mktemp("pods")
    OUT.mkdir(parents=True, exist_ok=True)
    with running_proxies() as proxies, running_kubelet(control_plane.api, proxies, logs) as kubelet:
        yield Cluster(kafka, control_plane.api, proxies, kubelet, logs)
