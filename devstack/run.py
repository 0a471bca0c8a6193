"""`make run`: starts everything, prints the addresses, restarts what exits, and stops all in order."""

import asyncio
import contextlib
import logging
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from importlib import import_module
from threading import Thread
from types import FrameType

from devstack import ports
from devstack.banner import banner
from devstack.child import PROJECT, Child, run_concurrently
from devstack.data_dir import DataDir
from devstack.errors import ChildExited, DevstackError, PortInUse
from devstack.infra import Infra
from devstack.services import GATEWAY, PROCESSES, ServiceProcess
from devstack.settings import RunSettings, read_settings
from devstack.supervisor import Supervisor

_SERVICES_STOP_S = 7.0
_INFRA_STOP_S = 2.5
# Shorter than the stop above, so that a service ends its drain by itself.
_SERVICE_DRAIN_S = "5"


def run() -> int:
    """Run the stack until Ctrl-C; the exit code of the process."""
    started = time.monotonic()

    def report(line: str) -> None:
        print(f"[{time.monotonic() - started:5.1f} s] {line}", flush=True)

    try:
        with _signals_interrupt():
            _run(read_settings(), report)
    except (DevstackError, OSError) as error:
        print(f"error: {error}", flush=True)
        return 1
    except KeyboardInterrupt:
        report("everything has stopped")
    return 0


def _run(settings: RunSettings, report: Callable[[str], None]) -> None:
    _check_port("GATEWAY_PORT", settings.gateway_port)
    if settings.ops_port not in {None, settings.gateway_port}:
        _check_port("OPS_PORT", settings.ops_port)
    data = DataDir(PROJECT / settings.data_dir)
    with data.locked():
        data.rotate_logs()
        report("starting the broker, the database and the cache")
        # Importing what creates the topics takes a second, and starting the servers takes longer.
        Thread(target=import_module, args=["chassis.kafka.topics"], daemon=True).start()
        with Infra.start(data, settings.broker, report) as infra, _stop_in_order(infra) as services:
            _create_topics(infra)
            report("starting the five services and their further processes")
            services.extend(make_services(settings, data, infra))
            # The gateway starts last, so that a visitor who reaches it can be served.
            _start([service for service in services if service.name != GATEWAY], report)
            _start([service for service in services if service.name == GATEWAY], report)
            print(banner(settings, data, infra, dev_api_key(settings, data)), flush=True)
            _keep_running(infra, services, report)


def make_services(settings: RunSettings, data: DataDir, infra: Infra) -> list[ServiceProcess]:
    """One process of each kind, not yet started, configured with the addresses of the others."""
    port_of = {name: data.port(name) for name in PROCESSES if name != GATEWAY}
    port_of[GATEWAY] = settings.gateway_port
    env = {
        **infra.service_env(),
        "PLAYBOOK_PATH": str(PROJECT / settings.playbook_path),
        "ALLOW_EXAMPLE_FACTS": "true",
        "LEADSTORE_URL": f"http://{ports.LOOPBACK}:{port_of['leadstore']}",
        "BOOKING_URL": f"http://{ports.LOOPBACK}:{port_of['booking']}",
        "MAILER_URL": f"http://{ports.LOOPBACK}:{port_of['mailer']}",
        "DEV_API_KEY": dev_api_key(settings, data),
        "SESSION_SECRET": (
            settings.session_secret.get_secret_value()
            if settings.session_secret
            else data.secret("session_secret")
        ),
        "DATA_KEY_SECRET": (
            settings.data_key_secret.get_secret_value()
            if settings.data_key_secret
            else data.secret("data_key_secret")
        ),
        "SHUTDOWN_TIMEOUT_S": _SERVICE_DRAIN_S,
        # A crashed consumer must time out before its successor gets its partitions.
        "KAFKA_SESSION_TIMEOUT_MS": "10000",
    }
    # The other services are not reachable from outside, so their metrics need no port of their own.
    ops_port_of = {GATEWAY: settings.ops_port}
    return [
        ServiceProcess(name, env, data.logs, port=port_of[name], ops_port=ops_port_of.get(name))
        for name in PROCESSES
    ]


def dev_api_key(settings: RunSettings, data: DataDir) -> str:
    """The operator's key: the one that was set, else one made for this data directory."""
    if settings.dev_api_key is not None:
        return settings.dev_api_key.get_secret_value()
    return data.secret("dev_api_key", prefix="dev-")


def _check_port(name: str, port: int) -> None:
    if not ports.is_free(port):
        other = port + 1 if port < 65535 else port - 1
        raise PortInUse(f"port {port} is taken; use another one: {name}={other} make run")


def _create_topics(infra: Infra) -> None:
    # Imported late, so that an error message at the start does not wait for it.
    import structlog  # noqa: PLC0415

    from chassis.kafka.cluster import KafkaCluster  # noqa: PLC0415
    from chassis.kafka.topics import ensure_topics  # noqa: PLC0415
    from contracts.registry import TOPICS  # noqa: PLC0415

    quiet = structlog.make_filtering_bound_logger(logging.WARNING)
    structlog.configure(wrapper_class=quiet)
    asyncio.run(ensure_topics(KafkaCluster.at(infra.kafka_bootstrap), TOPICS))


def _start(services: Sequence[ServiceProcess], report: Callable[[str], None]) -> None:
    for service in services:
        service.spawn()
    waiting = list(services)
    deadline = time.monotonic() + ServiceProcess.start_limit_s
    while waiting:
        for service in list(waiting):
            if not service.is_running:
                raise ChildExited(service.exit_report())
            if service.is_ready():
                waiting.remove(service)
                report(f"{service.name} is ready")
        if time.monotonic() > deadline:
            waiting[0].wait_ready(limit_s=0.1)
        time.sleep(0.1)


def _keep_running(infra: Infra, services: Sequence[ServiceProcess], report: Callable[[str], None]) -> None:
    def on_restarted(child: Child) -> None:
        # A broker that keeps everything in memory has lost its topics too.
        if child is infra.broker:
            _create_topics(infra)

    Supervisor([*infra.children, *services], report, on_restarted).run_forever()


@contextlib.contextmanager
def _stop_in_order(infra: Infra) -> Iterator[list[ServiceProcess]]:
    """Stop the services first, which drain into the broker and the database; no signal interrupts it."""
    services: list[ServiceProcess] = []
    try:
        yield services
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        run_concurrently([partial(service.terminate, _SERVICES_STOP_S) for service in services])
        infra.stop(_INFRA_STOP_S)


@contextlib.contextmanager
def _signals_interrupt() -> Iterator[None]:
    """Handle SIGTERM and SIGHUP like Ctrl-C."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    yield
