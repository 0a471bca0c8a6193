"""One process of the stack: started, watched, stopped, killed, started again on the same port and data."""

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

from devstack.errors import ChildDied, ChildNotReady

PROJECT = Path(__file__).resolve().parent.parent
_LAUNCHER = Path(__file__).with_name("launcher.py")
_KILL_LIMIT_S = 5.0
# A child's parent is, to the kernel, the thread that forked it: this one lives as long as we do.
_SPAWNER = ThreadPoolExecutor(max_workers=1, thread_name_prefix="spawner")


class Child(ABC):
    """A process with a name, a log file and a way to tell that it is ready."""

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
        """Whether it answers; cheap and quick, asked many times a second."""

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
            ChildDied: it was never started.
        """
        if self._process is None:
            raise ChildDied(f"{self.name} was not started")
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """How it ended, or None while it runs or before it ran."""
        return None if self._process is None else self._process.poll()

    @property
    def is_running(self) -> bool:
        """Whether the process is alive, ready or not."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start it and return once it is ready.

        Raises:
            ChildDied: it ended at once.
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
                raise ChildDied(self.obituary())
            if time.monotonic() > deadline:
                raise ChildNotReady(
                    f"{self.name} does not answer after {limit_s:.0f} s, see {self.log}\n{self.last_lines()}"
                )
            time.sleep(self.poll_s)

    def run_step(self, command: Sequence[str]) -> None:
        """Run a preparing program to its end, under the same conditions as the child itself."""
        self._launch(command)
        if self._process is None or self._process.wait() != 0:
            raise ChildDied(self.obituary())

    def terminate(self, limit_s: float | None = None) -> None:
        """Ask it to stop, wait, and kill what is left after `limit_s`. Safe to call twice."""
        self._given_up = True
        family = self._family()
        if self._process is not None and self._process.poll() is None:
            self.send_signal(self.stop_signal)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(self.stop_limit_s if limit_s is None else limit_s)
        self._kill(family)

    def kill(self) -> None:
        """End it and all its descendants with SIGKILL, as a crash would."""
        self._kill(self._family())

    def send_signal(self, number: signal.Signals) -> None:
        """Send a signal, such as SIGSTOP for a process that hangs."""
        os.kill(self.pid, number)

    def last_lines(self, count: int = 8) -> str:
        """The end of its log, indented."""
        with contextlib.suppress(FileNotFoundError):
            lines = self.log.read_text(errors="replace").splitlines()[-count:]
            return "\n".join(f"    {line}" for line in lines)
        return ""

    def obituary(self) -> str:
        """What to tell when it has died: how, and its last words."""
        return f"{self.name} ended with {self.exit_code}, see {self.log}\n{self.last_lines()}"

    def _launch(self, command: Sequence[str]) -> None:
        _SPAWNER.submit(self._popen, command).result()

    def _popen(self, command: Sequence[str]) -> None:
        if self._given_up:
            raise ChildDied(f"{self.name} was stopped while it started")
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

    def _family(self) -> list[psutil.Process]:
        if self._process is None or self._process.poll() is not None:
            return []
        with contextlib.suppress(psutil.NoSuchProcess):
            head = psutil.Process(self._process.pid)
            return [head, *head.children(recursive=True)]
        return []

    def _kill(self, family: Sequence[psutil.Process]) -> None:
        for member in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                member.kill()
        if self._process is not None:
            self._process.wait(_KILL_LIMIT_S)
        deadline = time.monotonic() + _KILL_LIMIT_S
        while not all(has_ended(member) for member in family) and time.monotonic() < deadline:
            time.sleep(self.poll_s)


def has_ended(process: psutil.Process) -> bool:
    """Whether it is dead, be it that nobody has collected its exit code yet."""
    try:
        return bool(process.status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def all_at_once(actions: Sequence[Callable[[], None]]) -> None:
    """Run every action at the same time, wait for all, then raise the first failure."""
    with ThreadPoolExecutor(max_workers=max(1, len(actions))) as pool:
        running = [pool.submit(action) for action in actions]
    for action in running:
        action.result()
