"""A Kubernetes control plane as plain processes on loopback.

No container runs, and no kubelet: `tests.cluster.kubelet` makes processes of pods. One administrator's
certificate serves all, so that permissions are not tried.
"""

import atexit
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx2
import yaml

from devstack.child import Child
from devstack.ports import LOOPBACK, free_port
from tests.cluster.api import NAMESPACE, Api
from tests.cluster.binaries import Workshop
from tests.cluster.certificates import Authority, Pair

_CONTROLLERS = (
    "deployment-controller",
    "replicaset-controller",
    "statefulset-controller",
    "job-controller",
    "garbage-collector-controller",
    "horizontal-pod-autoscaler-controller",
)


class Server(Child):
    """One program, ready when its health address answers."""

    poll_s = 0.2
    # Seconds on an idle machine.
    start_limit_s = 240.0

    def __init__(
        self,
        name: str,
        logs: Path,
        command: Sequence[str | Path],
        *,
        health: str,
        authority: Path | None = None,
        env: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(name, logs)
        self._command = [str(part) for part in command]
        self._health = health
        self._verify = ssl.create_default_context(cafile=authority) if authority else True
        self._env = dict(env or {})

    def command(self) -> Sequence[str]:
        return self._command

    def environment(self) -> Mapping[str, str]:
        return {**super().environment(), **self._env}

    def is_ready(self) -> bool:
        try:
            return httpx2.get(self._health, verify=self._verify, timeout=3).is_success
        except httpx2.TransportError:
            return False


class ControlPlane:
    """etcd, the API server, and the controllers of Deployments and autoscalers."""

    def __init__(self, folder: Path, workshop: Workshop, *, hpa_sync_s: int = 5) -> None:
        self.folder = folder
        self.workshop = workshop
        self._hpa_sync_s = hpa_sync_s
        self.logs = folder / "logs"
        self.logs.mkdir(parents=True, exist_ok=True)
        self.authority = Authority(folder / "certificates")
        hosts = ("localhost", "kubernetes", "kubernetes.default.svc")
        self._serving = self.authority.issue("apiserver", "kube-apiserver", hosts=hosts)
        self._admin = self.authority.issue("admin", "admin", organization="system:masters")
        self._aggregator = self.authority.issue("aggregator", "front-proxy-client")
        self.kubeconfig = self._write_kubeconfig(port := free_port())
        self.api = Api(f"https://{LOOPBACK}:{port}", self.authority.file, self._admin)
        etcd_port = free_port()
        self._etcd = self._make_etcd(etcd_port)
        self._apiserver = self._make_apiserver(port, etcd_port)
        self._controllers = self._make_controllers()

    def start(self) -> None:
        """Start all of it and return once it is ready."""
        self._etcd.start()
        self._apiserver.start()
        self.api.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})
        self._controllers.start()

    def stop(self) -> None:
        """Stop all, those first that ask the others."""
        self._controllers.terminate(5)
        self._apiserver.terminate(2)
        self._etcd.terminate(2)

    def _write_kubeconfig(self, port: int) -> Path:
        cluster = {
            "server": f"https://{LOOPBACK}:{port}",
            "certificate-authority": str(self.authority.file),
        }
        user = {"client-certificate": str(self._admin.certificate), "client-key": str(self._admin.key)}
        document = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "here", "cluster": cluster}],
            "users": [{"name": "admin", "user": user}],
            "contexts": [{"name": "here", "context": {"cluster": "here", "user": "admin"}}],
            "current-context": "here",
        }
        path = self.folder / "kubeconfig.yaml"
        path.write_text(yaml.safe_dump(document), encoding="utf-8")
        return path

    def _make_etcd(self, port: int) -> Server:
        client, peer = f"http://{LOOPBACK}:{port}", f"http://{LOOPBACK}:{free_port()}"
        flags = {
            "data-dir": self.folder / "etcd",
            "listen-client-urls": client,
            "advertise-client-urls": client,
            "listen-peer-urls": peer,
            "initial-advertise-peer-urls": peer,
            "initial-cluster": f"default={peer}",
            "unsafe-no-fsync": "true",
            "log-level": "warn",
        }
        return self.server("etcd", flags, health=f"{client}/health")

    def _make_apiserver(self, port: int, etcd_port: int) -> Child:
        flags = {
            "etcd-servers": f"http://{LOOPBACK}:{etcd_port}",
            "bind-address": LOOPBACK,
            "advertise-address": LOOPBACK,
            "secure-port": port,
            **serving(self._serving),
            "client-ca-file": self.authority.file,
            "service-account-issuer": "https://kubernetes.default.svc",
            "service-account-key-file": self._serving.certificate,
            "service-account-signing-key-file": self._serving.key,
            "service-cluster-ip-range": "10.96.0.0/16",
            "authorization-mode": "RBAC",
            "endpoint-reconciler-type": "none",
            "disable-admission-plugins": "ServiceAccount",
            "requestheader-client-ca-file": self.authority.file,
            "requestheader-allowed-names": "front-proxy-client",
            "requestheader-username-headers": "X-Remote-User",
            "requestheader-group-headers": "X-Remote-Group",
            "requestheader-extra-headers-prefix": "X-Remote-Extra-",
            "proxy-client-cert-file": self._aggregator.certificate,
            "proxy-client-key-file": self._aggregator.key,
        }
        return self.server("kube-apiserver", flags, health=f"https://{LOOPBACK}:{port}/readyz", secure=True)

    def _make_controllers(self) -> Child:
        port = free_port()
        flags = {
            "kubeconfig": self.kubeconfig,
            "bind-address": LOOPBACK,
            "secure-port": port,
            **serving(self._serving),
            "controllers": ",".join(_CONTROLLERS),
            "horizontal-pod-autoscaler-sync-period": f"{self._hpa_sync_s}s",
            "leader-elect": "false",
        }
        health = f"https://{LOOPBACK}:{port}/healthz"
        return self.server("kube-controller-manager", flags, health=health, secure=True)

    def server(
        self,
        name: str,
        flags: Mapping[str, object],
        *,
        health: str,
        secure: bool = False,
        env: Mapping[str, str] | None = None,
    ) -> Server:
        """A program with its flags, not yet started; `secure` where its health is asked for over TLS."""
        command = [self.workshop.path_of(name), *(f"--{flag}={value}" for flag, value in flags.items())]
        authority = self.authority.file if secure else None
        return Server(name, self.logs, command, health=health, authority=authority, env=env)


def serving(pair: Pair) -> dict[str, Path]:
    """The flags of whoever serves with a certificate."""
    return {"tls-cert-file": pair.certificate, "tls-private-key-file": pair.key}


@contextmanager
def running_control_plane(folder: Path, workshop: Workshop) -> Iterator[ControlPlane]:
    """Start it, and stop it at the end."""
    workshop.require("etcd", "kube-apiserver", "kube-controller-manager")
    control_plane = ControlPlane(folder, workshop)
    atexit.register(control_plane.stop)
    try:
        control_plane.start()
        yield control_plane
    finally:
        control_plane.stop()
        atexit.unregister(control_plane.stop)
