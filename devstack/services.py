"""The five services and their further processes, any number of instances of each."""

import http.client
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from devstack import ports
from devstack.child import Child

GATEWAY = "gateway"
SERVICES = (GATEWAY, "dialogue", "proposal", "booking", "leadstore")
# Further processes of a service, by the package that they are in.
_PACKAGES = {"mailer": "services.gateway.mailer", "deliverer": "services.leadstore.deliverer"}
PROCESSES = (*SERVICES, *_PACKAGES)


def package_of(process: str) -> str:
    """The package of a process: its service, or a part of one."""
    return _PACKAGES.get(process, f"services.{process}")


# Every visitor of a laptop has its address, and so has every test.
_ONE_ADDRESS_FOR_ALL = {"LIMITS_EXEMPT_NETWORKS": '["127.0.0.0/8", "::1/128"]'}


def _stands_for(name: str, given: Mapping[str, str]) -> bool:
    return name.endswith("_FILE") and name.removesuffix("_FILE") in given


class ServiceProcess(Child):
    """One instance of one service, configured by its environment alone, on a port of its own.

    Metrics and documents are on the same port unless they are given another one: nobody but us gets there.
    """

    poll_s = 0.1
    # Five interpreters import at the same time, and migrations run.
    start_limit_s = 120.0

    def __init__(
        self,
        service: str,
        env: Mapping[str, str],
        logs: Path,
        *,
        port: int | None = None,
        ops_port: int | None = None,
        instance: str = "",
    ) -> None:
        super().__init__(f"{service}-{instance}" if instance else service, logs)
        self.service = service
        self.port = port or ports.free_port()
        self.ops_port = ops_port or self.port
        self._env = dict(env)

    @property
    def url(self) -> str:
        """Where its HTTP side listens."""
        return f"http://{ports.LOOPBACK}:{self.port}"

    def command(self) -> Sequence[str]:
        return [sys.executable, "-m", f"{package_of(self.service)}.main"]

    def environment(self) -> Mapping[str, str]:
        own = {
            "HTTP_HOST": ports.LOOPBACK,
            "HTTP_PORT": str(self.port),
            "OPS_HOST": ports.LOOPBACK,
            "OPS_PORT": str(self.ops_port),
            "PYTHONUNBUFFERED": "1",
        }
        given = {**self._env, **own}
        # What is given here wins over a file that the environment names for it; both would be refused.
        inherited = {name: value for name, value in os.environ.items() if not _stands_for(name, given)}
        return {**_ONE_ADDRESS_FOR_ALL, **inherited, **given}

    def is_ready(self) -> bool:
        return self.status("/readyz") == http.HTTPStatus.OK

    def status(self, path: str) -> int | None:
        """What a GET of `path` answers, or None when nobody does."""
        connection = http.client.HTTPConnection(ports.LOOPBACK, self.port, timeout=3)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()
