"""KEDA's operator and metrics adapter as plain processes, beside a control plane."""

import atexit
from collections.abc import Iterator
from contextlib import contextmanager

import yaml

from devstack.child import Child
from devstack.ports import LOOPBACK, free_port
from tests.cluster.api import Document, condition_of
from tests.cluster.control_plane import ControlPlane, serving
from tests.support.product import eventually

_NAMESPACE = "keda"
_ADAPTER = "keda-metrics-apiserver"
_METRICS = "v1beta1.external.metrics.k8s.io"


class Keda:
    """Both parts, which know each other by one certificate."""

    def __init__(self, control_plane: ControlPlane) -> None:
        self._plane = control_plane
        hosts = ("localhost", "keda-operator", f"{_ADAPTER}.{_NAMESPACE}.svc")
        self._pair = control_plane.authority.issue("tls", "keda", hosts=hosts)
        self._adapter_port = free_port()
        grpc_port = free_port()
        self._operator = self._make_operator(grpc_port)
        self._adapter = self._make_adapter(grpc_port)

    def start(self) -> None:
        """Start both and return once metrics can be asked for."""
        api = self._plane.api
        api.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": _NAMESPACE}})
        for document in self._crds():
            api.apply(document)
        self._operator.start()
        self._adapter.start()
        for document in self._metrics_api():
            api.apply(document)
        path = f"/apis/apiregistration.k8s.io/v1/apiservices/{_METRICS}"
        eventually(lambda: condition_of(api.get(path), "Available") == "True", within_s=60)

    def stop(self) -> None:
        """Stop both."""
        self._adapter.terminate(5)
        self._operator.terminate(5)

    def _make_operator(self, grpc_port: int) -> Child:
        metrics, probes = free_port(), free_port()
        flags = {
            "metrics-bind-address": f"{LOOPBACK}:{metrics}",
            "health-probe-bind-address": f"{LOOPBACK}:{probes}",
            "metrics-service-bind-address": f"{LOOPBACK}:{grpc_port}",
            "cert-dir": self._plane.authority.folder,
            "enable-cert-rotation": "false",
            "enable-webhook-patching": "false",
            "enable-apiservice-patching": "false",
            "zap-log-level": "info",
        }
        return self._plane.server("keda", flags, health=f"http://{LOOPBACK}:{probes}/readyz", env=self._env())

    def _make_adapter(self, grpc_port: int) -> Child:
        kubeconfigs = ("lister-kubeconfig", "authentication-kubeconfig", "authorization-kubeconfig")
        flags = {
            **dict.fromkeys(kubeconfigs, self._plane.kubeconfig),
            "bind-address": LOOPBACK,
            "secure-port": self._adapter_port,
            # The plain metrics listener has no address, only a port.
            "port": free_port(),
            **serving(self._pair),
            "client-ca-file": self._plane.authority.file,
            "cert-dir": self._plane.authority.folder,
            "metrics-service-address": f"{LOOPBACK}:{grpc_port}",
            "zap-log-level": "error",
        }
        health = f"https://{LOOPBACK}:{self._adapter_port}/healthz"
        return self._plane.server("keda-adapter", flags, health=health, secure=True, env=self._env())

    def _env(self) -> dict[str, str]:
        return {
            "KUBECONFIG": str(self._plane.kubeconfig),
            "WATCH_NAMESPACE": "",
            "POD_NAMESPACE": _NAMESPACE,
            "KEDA_CLUSTER_OBJECT_NAMESPACE": _NAMESPACE,
        }

    def _crds(self) -> Iterator[Document]:
        for path in sorted(
            (self._plane.workshop.sources_of("keda") / "config" / "crd" / "bases").glob("*.yaml")
        ):
            yield yaml.safe_load(path.read_text(encoding="utf-8"))

    def _metrics_api(self) -> Iterator[Document]:
        """The registration of the adapter; a name outside the cluster needs no proxy of services."""
        yield {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": _ADAPTER, "namespace": _NAMESPACE},
            "spec": {"type": "ExternalName", "externalName": "localhost"},
        }
        yield {
            "apiVersion": "apiregistration.k8s.io/v1",
            "kind": "APIService",
            "metadata": {"name": _METRICS},
            "spec": {
                "group": "external.metrics.k8s.io",
                "version": "v1beta1",
                "groupPriorityMinimum": 100,
                "versionPriority": 100,
                "service": {"name": _ADAPTER, "namespace": _NAMESPACE, "port": self._adapter_port},
                "caBundle": self._plane.authority.bundle,
            },
        }


@contextmanager
def running_keda(control_plane: ControlPlane) -> Iterator[Keda]:
    """Start it, and stop it at the end."""
    control_plane.workshop.require("keda", "keda-adapter")
    keda = Keda(control_plane)
    atexit.register(keda.stop)
    try:
        keda.start()
        yield keda
    finally:
        keda.stop()
        atexit.unregister(keda.stop)
