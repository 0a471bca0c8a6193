import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import psutil
import pytest

from devstack.child import PROJECT, Child, has_ended
from devstack.errors import ChildNotReady


class Script(Child):
    """A shell script that is ready once it has said so."""

    def __init__(self, script: str, logs: Path) -> None:
        super().__init__("script", logs)
        self._script = script

    def command(self) -> Sequence[str]:
        return ["/bin/sh", "-c", self._script]

    def is_ready(self) -> bool:
        return "ready" in self.last_lines()


Start = Callable[[str], Script]


@pytest.fixture
def script(tmp_path: Path) -> Iterator[Start]:
    made: list[Script] = []

    def make(text: str) -> Script:
        made.append(Script(text, tmp_path))
        return made[-1]

    yield make
    for child in made:
        child.terminate(limit_s=0)


def until(is_true: Callable[[], bool], limit_s: float = 10) -> None:
    deadline = time.monotonic() + limit_s
    while not is_true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_child_that_never_answers_is_not_waited_for_without_end(script: Start) -> None:
    child = script("sleep 60")
    child.spawn()

    with pytest.raises(ChildNotReady, match="script does not answer"):
        child.wait_ready(limit_s=0.2)


def test_a_child_that_will_not_stop_is_killed_with_its_descendants(script: Start) -> None:
    child = script("trap '' TERM; sleep 60 & echo ready; wait; wait; sleep 60")
    child.start()
    processes = [psutil.Process(child.pid), *psutil.Process(child.pid).children(recursive=True)]

    child.terminate(limit_s=0.2)

    assert len(processes) >= 2
    assert all(has_ended(member) for member in processes)


def test_a_child_dies_with_a_parent_that_was_killed(tmp_path: Path) -> None:
    program = """
import pathlib, sys, time
from tests.integration.devstack.test_child import Script
child = Script("echo ready; sleep 60", pathlib.Path(sys.argv[1]))
child.start()
print(child.pid, flush=True)
time.sleep(60)
"""
    parent = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)], cwd=PROJECT, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    child = psutil.Process(int(parent.stdout.readline()))

    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()

    until(lambda: has_ended(child))
