"""One process of the stack: how it is started, stopped, killed and restarted on the same port and data."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil

from devstack.errors import ChildExited, ChildNotReady

PROJECT = Path(__file__).resolve().parent.parent
_LAUNCHER = Path(__file__).with_name("launcher.py")
_KILL_LIMIT_S = 5.0
# For the kernel a child's parent is the thread that forked it, so that thread must live as long as we do.
_SPAWNER = ThreadPoolExecutor(max_workers=1, thread_name_prefix="spawner")


class Child(ABC):
    """A process with a name, a log file and a readiness check."""

    stop_signal = signal.SIGTERM
    start_limit_s = 60.0
    poll_s = 0.02
    stop_limit_s = 15.0
    user: str | None = None

    def __init__(self, name: str, logs: Path) -> None:
        self.name = name
        self.log = logs / f"{name}.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._given_up = False

    @abstractmethod
    def command(self) -> Sequence[str]:
        """The program and its arguments."""

    @abstractmethod
    def is_ready(self) -> bool:
        """Whether it answers; cheap, because it is called many times a second."""

    def prepare(self) -> None:  # noqa: B027  (most children need none)
        """Do what must be done before the program runs; called at every start."""

    def after_start(self) -> None:  # noqa: B027  (most children need none)
        """Do what can only be done once the program answers."""

    def environment(self) -> Mapping[str, str]:
        """The whole environment of the program."""
        return os.environ

    @property
    def pid(self) -> int:
        """The process id of the present run.

        Raises:
            ChildExited: it was never started.
        """
        if self._process is None:
            raise ChildExited(f"{self.name} was not started")
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """Its exit code; None before it ran and while it runs."""
        return None if self._process is None else self._process.poll()

    @property
    def is_running(self) -> bool:
        """Whether the process is alive, ready or not."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start it and return once it is ready.

        Raises:
            ChildExited: it ended at once.
            ChildNotReady: it does not answer within `start_limit_s`.
        """
        self.spawn()
        self.wait_ready()
        self.after_start()

    def spawn(self) -> None:
        """Start it and return at once."""
        self._given_up = False
        self.prepare()
        self._launch(self.command())

    def wait_ready(self, limit_s: float | None = None) -> None:
        """Return once it is ready."""
        limit_s = limit_s or self.start_limit_s
        deadline = time.monotonic() + limit_s
        while not self.is_ready():
            if not self.is_running:
                raise ChildExited(self.exit_report())
            if time.monotonic() > deadline:
                raise ChildNotReady(
                    f"{self.name} does not answer after {limit_s:.0f} s, see {self.log}\n{self.last_lines()}"
                )
            time.sleep(self.poll_s)

    def run_step(self, command: Sequence[str]) -> None:
        """Run a program that prepares the child to its end, with the same launcher, user and log."""
        self._launch(command)
        if self._process is None or self._process.wait() != 0:
            raise ChildExited(self.exit_report())

    def terminate(self, limit_s: float | None = None) -> None:
        """Send `stop_signal`, wait `limit_s`, then kill what is left. Safe to call twice."""
        self._given_up = True
        processes = self._process_tree()
        if self._process is not None and self._process.poll() is None:
            self.send_signal(self.stop_signal)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(self.stop_limit_s if limit_s is None else limit_s)
        self._kill(processes)

    def kill(self) -> None:
        """End it and all its descendants with SIGKILL, as a crash would."""
        self._kill(self._process_tree())

    def send_signal(self, number: signal.Signals) -> None:
        """Send a signal, such as SIGSTOP for a process that hangs."""
        os.kill(self.pid, number)

    def last_lines(self, count: int = 8) -> str:
        """The end of its log, indented."""
        with contextlib.suppress(FileNotFoundError):
            lines = self.log.read_text(errors="replace").splitlines()[-count:]
            return "\n".join(f"    {line}" for line in lines)
        return ""

    def exit_report(self) -> str:
        """How it ended and the end of its log, to be shown to a person."""
        return f"{self.name} ended with {self.exit_code}, see {self.log}\n{self.last_lines()}"

    def _launch(self, command: Sequence[str]) -> None:
        _SPAWNER.submit(self._popen, command).result()

    def _popen(self, command: Sequence[str]) -> None:
        if self._given_up:
            raise ChildExited(f"{self.name} was stopped while it started")
        conditions = ["--parent", str(os.getpid()), "--signal", str(int(self.stop_signal))]
        if self.user:
            conditions += ["--user", self.user]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", str(_LAUNCHER), *conditions, "--", *command],
                env=self.environment(),
                cwd=PROJECT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                # Ctrl-C is for us: we stop the children in order.
                process_group=0,
            )

    def _process_tree(self) -> list[psutil.Process]:
        if self._process is None or self._process.poll() is not None:
            return []
        with contextlib.suppress(psutil.NoSuchProcess):
            head = psutil.Process(self._process.pid)
            return [head, *head.children(recursive=True)]
        return []

    def _kill(self, processes: Sequence[psutil.Process]) -> None:
        for member in processes:
            with contextlib.suppress(psutil.NoSuchProcess):
                member.kill()
        if self._process is not None:
            self._process.wait(_KILL_LIMIT_S)
        deadline = time.monotonic() + _KILL_LIMIT_S
        while not all(has_ended(member) for member in processes) and time.monotonic() < deadline:
            time.sleep(self.poll_s)


def has_ended(process: psutil.Process) -> bool:
    """Whether it has exited, a zombie included."""
    try:
        return bool(process.status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def run_concurrently(actions: Sequence[Callable[[], None]]) -> None:
    """Run every action at the same time, wait for all, then raise the first failure."""
    with ThreadPoolExecutor(max_workers=max(1, len(actions))) as pool:
        running = [pool.submit(action) for action in actions]
    for action in running:
        action.result()
