"""A program at a terminal, as a person sits before it."""

import os
import pty
import re
import select
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

_CONTROL = re.compile(r"\x1b(?:\[[0-9;?]*[A-Za-z]|\]8;[^\x1b]*\x1b\\)|[\001\002\r]")

# Ctrl-C reaches only a program whose controlling terminal this is, and that does not ignore it: a background
# job of a shell does, and whatever it starts.
_TAKE_TERMINAL = """
import fcntl, os, signal, sys, termios
signal.signal(signal.SIGINT, signal.SIG_DFL)
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""


class Terminal:
    """What the program has printed, and a keyboard. Styles and cursor movements are left out."""

    def __init__(self, side: int, process: subprocess.Popen[bytes]) -> None:
        self._side = side
        self._process = process
        self._read = b""

    @property
    def screen(self) -> str:
        """Everything that was printed so far."""
        return _CONTROL.sub("", self._read.decode(errors="replace"))

    def type(self, keys: str) -> None:
        """Press keys; Enter is `\\n`, Ctrl-C is `\\x03`."""
        os.write(self._side, keys.encode())

    def wait_for(self, text: str, *, times: int = 1, within_s: float = 20.0) -> None:
        """Return once `text` was printed so many times; fails when it is not in time."""
        deadline = time.monotonic() + within_s
        while self.screen.count(text) < times:
            assert time.monotonic() < deadline, f"{text!r} did not come; the screen shows:\n{self.screen}"
            self._read_some()

    def wait_for_exit(self, *, pressing: str = "", within_s: float = 20.0) -> int:
        """The exit code. `pressing` is pressed every second, as a person would whose key was not heard."""
        deadline = time.monotonic() + within_s
        press_at = time.monotonic()
        while self._process.poll() is None:
            assert time.monotonic() < deadline, f"still running; the screen shows:\n{self.screen}"
            if pressing and time.monotonic() >= press_at:
                self.type(pressing)
                press_at += 1.0
            self._read_some()
        self._read_some()
        return self._process.returncode

    def _read_some(self) -> None:
        if select.select([self._side], [], [], 0.05)[0]:
            try:
                self._read += os.read(self._side, 65536)
            except OSError:
                # Linux says so when the program has closed its end.
                time.sleep(0.01)


@contextmanager
def at_a_terminal(command: Sequence[str], env: Mapping[str, str], cwd: Path) -> Iterator[Terminal]:
    """Run `command` at a terminal of 100 columns; it is gone afterwards."""
    ours, theirs = pty.openpty()
    size = {"COLUMNS": "100", "LINES": "40", "TERM": "xterm-256color"}
    streams = {"stdin": theirs, "stdout": theirs, "stderr": theirs}
    command = [sys.executable, "-c", _TAKE_TERMINAL, *command]
    process = subprocess.Popen(command, env={**env, **size}, cwd=cwd, start_new_session=True, **streams)
    os.close(theirs)
    try:
        yield Terminal(ours, process)
    finally:
        process.kill()
        process.wait()
        os.close(ours)
