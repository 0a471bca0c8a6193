"""Services that are forked from a process which has imported all five: imports are nine tenths of a start."""

import ctypes
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from importlib import import_module
from multiprocessing.process import BaseProcess

from devstack.child import PROJECT
from devstack.launcher import PR_SET_PDEATHSIG
from devstack.services import PROCESSES, ServiceProcess, package_of

_FORKS = multiprocessing.get_context("forkserver")
_PRELOADED = [f"{package_of(name)}.main" for name in PROCESSES]
_FORKS.set_forkserver_preload([*_PRELOADED, "tests.support.preloaded_playbook"])


class PreloadedService(ServiceProcess):
    """A service as `python -m services.<name>.main` runs it, without the seconds of its imports."""

    def _launch(self, _command: Sequence[str]) -> None:
        process = _FORKS.Process(
            target=_serve,
            args=(self.service, dict(self.environment()), os.fspath(self.log)),
            # Whatever a test leaves running ends with the tests.
            daemon=True,
        )
        process.start()
        self._process = _Forked(process)


class _Forked:
    """What `Child` asks of a process, of one that is the fork server's child."""

    def __init__(self, process: BaseProcess) -> None:
        assert process.pid is not None
        self.pid = process.pid
        self._process = process
        # The exit code can be read once only.
        self._one_at_a_time = threading.Lock()

    def poll(self) -> int | None:
        with self._one_at_a_time:
            return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        with self._one_at_a_time:
            self._process.join(timeout)
            code = self._process.exitcode
        if code is None:
            assert timeout is not None
            raise subprocess.TimeoutExpired(f"process {self.pid}", timeout)
        return code


def _serve(service: str, environment: dict[str, str], log: str) -> None:
    """Become the service: its environment, its log, its process group, the default signals."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    os.setpgid(0, 0)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.chdir(PROJECT)
    output = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    for stream in (1, 2):
        os.dup2(output, stream)
    # The fork server has closed its own.
    sys.stdout, sys.stderr = (os.fdopen(stream, "w", buffering=1, closefd=False) for stream in (1, 2))
    os.environ.clear()
    os.environ.update(environment)
    import_module(f"{package_of(service)}.main").main()
