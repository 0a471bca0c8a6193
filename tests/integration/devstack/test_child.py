import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import psutil

from devstack.child import PROJECT, Child, has_ended
from tests.support.product import eventually


class Script(Child):
    """A shell script that is ready once it has said so."""

    def __init__(self, script: str, logs: Path) -> None:
        super().__init__("script", logs)
        self._script = script

    def command(self) -> Sequence[str]:
        return ["/bin/sh", "-c", self._script]

    def is_ready(self) -> bool:
        return "ready" in self.last_lines()


def test_a_child_that_will_not_stop_is_killed_with_its_descendants(tmp_path: Path) -> None:
    child = Script("trap '' TERM; sleep 60 & echo ready; wait; wait; sleep 60", tmp_path)
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

    eventually(lambda: has_ended(child))
