"""Makes a local process of every pod: the container's own command and environment, probes and all.

What a container has of its own is put on loopback: ports, and the names of Services. A pod is ready when its
readiness probe is answered, leaves its Services when it is told to go, is given its `preStop` pause and then
SIGTERM, and is gone when its process is.
"""

import http.client
import re
import signal
import sys
import threading
import time
from base64 import b64decode
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from chassis.clock import utc_now
from devstack.child import Child
from devstack.errors import DevstackError
from devstack.ports import LOOPBACK, free_port
from tests.cluster.api import NAMESPACE, Api, Document
from tests.cluster.proxies import Proxies

_NODE = "here"
_PODS = f"/api/v1/namespaces/{NAMESPACE}/pods"
_EVERY_S = 0.3
_PROBE_EVERY_S = 2.0
_PROBE_LIMIT_S = 5.0
_COMPONENT = "app.kubernetes.io/component"
# A server that has ended all it had in hand sends itself the signal that it was sent.
_ENDS = (0, -signal.SIGTERM)
# A program finds its interpreter's libraries by these; all else it is given.
_INHERITED = ("PATH", "HOME", "LANG", "TZ")


class PodProcess(Child):
    """The process of a pod's only container."""

    def __init__(self, pod: Document, environment: Mapping[str, str], logs: Path) -> None:
        super().__init__(pod["metadata"]["name"], logs)
        (self._container,) = pod["spec"]["containers"]
        self.component: str = pod["metadata"]["labels"].get(_COMPONENT, "")
        self.ports = {port["name"]: free_port() for port in self._container.get("ports", ())}
        self._env = {**environment, **self._own_addresses()}
        self.runs_once = pod["spec"].get("restartPolicy") == "OnFailure"
        self.was_ready = False
        self._probed_s = 0.0
        self.is_stopping = False

    def command(self) -> Sequence[str]:
        command = [*self._container["command"], *self._container.get("args", ())]
        return [sys.executable if part == "python" else part for part in command]

    def environment(self) -> Mapping[str, str]:
        inherited = {name: value for name, value in super().environment().items() if name in _INHERITED}
        return {**inherited, **self._env}

    def is_ready(self) -> bool:
        """Whether the readiness probe is answered; without one, whether it runs."""
        if "readinessProbe" not in self._container:
            return self.is_running
        probe = self._container["readinessProbe"]["httpGet"]
        connection = http.client.HTTPConnection(LOOPBACK, self.ports[probe["port"]], timeout=_PROBE_LIMIT_S)
        try:
            connection.request("GET", probe["path"])
            return connection.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def was_probed_lately(self) -> bool:
        """Whether it was ready a moment ago; if not, notes that it is looked at now."""
        now_s = time.monotonic()
        if self.was_ready and now_s - self._probed_s < _PROBE_EVERY_S:
            return True
        self._probed_s = now_s
        return False

    def _own_addresses(self) -> dict[str, str]:
        hosts = {f"{name.upper()}_HOST": LOOPBACK for name in self.ports}
        return hosts | {f"{name.upper()}_PORT": str(port) for name, port in self.ports.items()}


@dataclass(frozen=True, slots=True)
class PodEvent:
    """What became of a pod, and when; time of the monotonic clock."""

    at_s: float
    pod: str
    component: str
    what: str


@dataclass
class Kubelet:
    """Watches the pods of the namespace until it is stopped."""

    api: Api
    proxies: Proxies
    logs: Path
    events: list[PodEvent] = field(default_factory=list)
    # Processes that ended by themselves, or were killed because they did not end in time.
    faults: list[str] = field(default_factory=list)
    _processes: dict[str, PodProcess] = field(default_factory=dict)
    _over: threading.Event = field(default_factory=threading.Event)
    _pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(32))

    def run(self) -> None:
        """Look at the pods again and again."""
        while not self._over.wait(_EVERY_S):
            try:
                self.look()
            except (AssertionError, httpx2.TransportError, DevstackError) as fault:
                self.faults.append(f"kubelet: {fault!r}")

    def look(self) -> None:
        """Do what the pods of this moment need."""
        pods = self.api.items(_PODS)
        fresh = [pod for pod in pods if pod["metadata"]["uid"] not in self._processes]
        for pod in fresh:
            if "deletionTimestamp" not in pod["metadata"]:
                self._start(pod)
            else:
                self._remove(pod)
        known = [pod for pod in pods if pod not in fresh]
        for pod in known:
            process = self._processes[pod["metadata"]["uid"]]
            if "deletionTimestamp" in pod["metadata"] and not process.is_stopping:
                process.is_stopping = True
                self._note(process, "terminating")
                self._pool.submit(self._end, pod, process)
        going = [pod for pod in known if "deletionTimestamp" not in pod["metadata"]]
        list(self._pool.map(self._probe, going))
        self._route(going)

    def stop(self) -> None:
        """End every process."""
        self._over.set()
        living = [process for process in self._processes.values() if process.is_running]
        list(self._pool.map(lambda process: process.terminate(5), living))
        self._pool.shutdown(wait=False, cancel_futures=True)

    def running(self, component: str) -> list[PodProcess]:
        """The ready processes of a component."""
        return [
            process
            for process in list(self._processes.values())
            if process.component == component and process.was_ready and not process.is_stopping
        ]

    def _start(self, pod: Document) -> None:
        name = pod["metadata"]["name"]
        target = {"apiVersion": "v1", "kind": "Node", "name": _NODE}
        binding = {"apiVersion": "v1", "kind": "Binding", "metadata": {"name": name}, "target": target}
        self.api.create(f"{_PODS}/{name}/binding", binding)
        process = PodProcess(pod, self._environment(pod), self.logs)
        self._processes[pod["metadata"]["uid"]] = process
        process.spawn()
        self._note(process, "started")

    def _probe(self, pod: Document) -> None:
        process, name = self._processes[pod["metadata"]["uid"]], pod["metadata"]["name"]
        phase = pod["status"].get("phase", "Pending")
        is_running = process.is_running
        if phase == "Succeeded" or process.is_stopping or (is_running and process.was_probed_lately()):
            return
        if not is_running and process.runs_once and process.exit_code == 0:
            self.api.patch(f"{_PODS}/{name}/status", {"status": {"phase": "Succeeded"}})
            self._note(process, "succeeded")
            return
        if not is_running:
            self.faults.append(process.exit_report())
            self._note(process, "crashed")
            process.spawn()
        is_ready = process.is_ready()
        if is_ready != process.was_ready or phase == "Pending":
            process.was_ready = is_ready
            self._patch_status(name, is_ready=is_ready)
            self._note(process, "ready" if is_ready else "unready")

    def _patch_status(self, name: str, *, is_ready: bool) -> None:
        now = utc_now().strftime("%Y-%m-%dT%H:%M:%SZ")
        states = {"PodScheduled": True, "Initialized": True, "ContainersReady": is_ready, "Ready": is_ready}
        conditions = [
            {"type": kind, "status": str(is_so), "lastTransitionTime": now} for kind, is_so in states.items()
        ]
        status = {"phase": "Running", "podIP": LOOPBACK, "startTime": now, "conditions": conditions}
        self.api.patch(f"{_PODS}/{name}/status", {"status": status})

    def _end(self, pod: Document, process: PodProcess) -> None:
        (container,) = pod["spec"]["containers"]
        pause = container.get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
        time.sleep(pause)
        process.terminate(pod["spec"]["terminationGracePeriodSeconds"] - pause)
        if process.exit_code not in _ENDS:
            self.faults.append(process.exit_report())
        self._note(process, "gone")
        self._remove(pod)

    def _remove(self, pod: Document) -> None:
        self.api.delete(f"{_PODS}/{pod['metadata']['name']}", gracePeriodSeconds=0)

    def _route(self, pods: Sequence[Document]) -> None:
        for service in self.api.items(f"/api/v1/namespaces/{NAMESPACE}/services"):
            selector = service["spec"].get("selector") or {"": ""}
            chosen = [pod for pod in pods if selector.items() <= pod["metadata"]["labels"].items()]
            processes = [self._processes[pod["metadata"]["uid"]] for pod in chosen]
            for port in service["spec"]["ports"]:
                target = port["targetPort"]
                ready = [each.ports[target] for each in processes if each.was_ready and target in each.ports]
                self.proxies.set_endpoints(f"{service['metadata']['name']}:{port['port']}", ready)

    def _environment(self, pod: Document) -> dict[str, str]:
        """What the container is given, with Services and mounted ConfigMaps where this machine has them."""
        (container,) = pod["spec"]["containers"]
        env: dict[str, str] = {}
        for source in container.get("envFrom", ()):
            env |= self._settings("configmaps", source["configMapRef"]["name"])
        for each in container.get("env", ()):
            env[each["name"]] = each["value"] if "value" in each else self._secret(each["valueFrom"])
        services = self.api.items(f"/api/v1/namespaces/{NAMESPACE}/services")
        names = {service["metadata"]["name"] for service in services}
        folders = self._mount(pod, container)
        for name, value in env.items():
            folder = next((path for path in folders if value.startswith(f"{path}/")), None)
            env[name] = (
                value.replace(folder, folders[folder], 1) if folder else self._on_loopback(value, names)
            )
        return env

    def _mount(self, pod: Document, container: Document) -> dict[str, str]:
        """Write out the ConfigMaps that are volumes; the folder of each, by where the container sees it."""
        seen_at = {mount["name"]: mount["mountPath"] for mount in container.get("volumeMounts", ())}
        folders = {}
        for volume in pod["spec"].get("volumes", ()):
            if "configMap" not in volume or volume["name"] not in seen_at:
                continue
            texts = self._settings("configmaps", volume["configMap"]["name"])
            items = volume["configMap"].get("items") or [{"key": key, "path": key} for key in texts]
            folder = self.logs / pod["metadata"]["name"] / volume["name"]
            for item in items:
                (file := folder / item["path"]).parent.mkdir(parents=True, exist_ok=True)
                file.write_text(texts[item["key"]], encoding="utf-8")
            folders[seen_at[volume["name"]]] = str(folder)
        return folders

    def _settings(self, kind: str, name: str) -> dict[str, str]:
        found: dict[str, str] = (
            self.api.get(f"/api/v1/namespaces/{NAMESPACE}/{kind}/{name}").get("data") or {}
        )
        return found

    def _secret(self, source: Mapping[str, Any]) -> str:
        reference = source["secretKeyRef"]
        return b64decode(self._settings("secrets", reference["name"])[reference["key"]]).decode()

    def _on_loopback(self, value: str, services: set[str]) -> str:
        def local(match: re.Match[str]) -> str:
            if match["host"] not in services:
                return match[0]
            return f"//{LOOPBACK}:{self.proxies.port_of(match['host'] + ':' + match['port'])}"

        return re.sub(r"//(?P<host>[a-z0-9-]+):(?P<port>\d+)", local, value)

    def _note(self, process: PodProcess, what: str) -> None:
        self.events.append(PodEvent(time.monotonic(), process.name, process.component, what))


@contextmanager
def running_kubelet(api: Api, proxies: Proxies, logs: Path) -> Iterator[Kubelet]:
    """Look after the pods until the end, and then end them."""
    kubelet = Kubelet(api, proxies, logs)
    thread = threading.Thread(target=kubelet.run, name="kubelet", daemon=True)
    thread.start()
    try:
        yield kubelet
    finally:
        kubelet.stop()
        thread.join(10)
