"""Models that take their time, each a process of its own."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from devstack.child import PROJECT


@contextmanager
def slow_model(delay_s: float) -> Iterator[str]:
    """Where a model is that answers sensibly and streams each reply over `delay_s` seconds."""
    command = [sys.executable, "-m", "tests.support.fake_openai", "--delay", str(delay_s), "--chunks", "4"]
    command += ["--responder", "evals.sensible:answer"]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()
