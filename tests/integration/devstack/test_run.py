import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import psutil
import pytest

from devstack import ports
from devstack.child import PROJECT, has_ended
from devstack.data_dir import DataDir
from devstack.services import PROCESSES
from tests.support.product import eventually

# Empty is unset, and wins over an .env that somebody has here.
UNSET = dict.fromkeys(("DEV_API_KEY", "OPENAI_API_KEY", "OPENAI_BASE_URL", "PLAYBOOK_PATH"), "")


def start_stack(output: Path, **environment: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "devstack", "run"]
    env = {**os.environ, **UNSET, "BROKER": "tansu", **environment}
    streams = {"stdin": subprocess.DEVNULL, "stdout": output.open("wb"), "stderr": subprocess.STDOUT}
    return subprocess.Popen(command, cwd=PROJECT, env=env, **streams)


def refusal(tmp_path: Path, **environment: str) -> str:
    """What is told by a run that ends by itself, with exit code 1."""
    output = tmp_path / "output"
    environment = {"DATA_DIR": str(tmp_path / "data"), "GATEWAY_PORT": str(ports.free_port()), **environment}
    assert start_stack(output, **environment).wait(timeout=90) == 1
    return output.read_text()


class Stack:
    """A stack that runs until the test is over."""

    def __init__(self, directory: Path) -> None:
        self.port = ports.free_port()
        self.output = directory / "output"
        self.process = start_stack(self.output, GATEWAY_PORT=str(self.port), DATA_DIR=str(directory / "data"))

    @property
    def told(self) -> str:
        return self.output.read_text()

    @property
    def processes(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def tells(self, words: str) -> bool:
        """Wait until it tells something; not when it ends before."""
        eventually(lambda: words in self.told or self.process.poll() is not None, within_s=150)
        return words in self.told


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    stack = Stack(tmp_path_factory.mktemp("stack"))
    stack.tells("Ctrl-C stops everything")
    yield stack
    if stack.process.poll() is None:
        stack.process.terminate()
        stack.process.wait(20)


def test_a_newcomer_is_told_where_everything_is(stack: Stack) -> None:
    url = f"http://127.0.0.1:{stack.port}"
    told = [f"Demo page      {url}/", f"API docs       {url}/docs", f"salesbot chat --url {url}"]
    told += [
        f"Widget         {url}/widget/example",
        f"Metrics        {url}/metrics  (here on the page's port;",
        "API key        dev-",
    ]
    told += ["Conversation   guided", "Broker         Tansu", *(f"{each} is ready" for each in PROCESSES)]
    assert [line for line in told if line not in stack.told] == []


def test_a_service_that_was_killed_is_named_and_comes_back(stack: Stack) -> None:
    # It is in no group of consumers, which would wait for the one that was killed.
    next(each for each in stack.processes if "services.gateway.main" in each.cmdline()).kill()
    assert stack.tells("gateway is back")
    assert "gateway ended with -9" in stack.told
    assert httpx2.get(f"http://{ports.LOOPBACK}:{stack.port}/readyz").status_code == 200


@pytest.mark.parametrize("is_starting", [False, True])
def test_ctrl_c_stops_everything_quietly_and_soon(stack: Stack, tmp_path: Path, is_starting: bool) -> None:
    if is_starting:
        stack = Stack(tmp_path)
        assert stack.tells("is ready")
    processes = stack.processes
    asked_at = time.monotonic()

    stack.process.send_signal(signal.SIGINT)

    assert stack.process.wait(timeout=20) == 0
    assert time.monotonic() - asked_at < 10
    assert is_starting or len(processes) >= len(PROCESSES) + 3
    assert all(has_ended(member) for member in processes)
    assert "Traceback" not in stack.told


def test_a_port_or_a_data_directory_in_use_is_told_in_one_line_with_the_way_out(tmp_path: Path) -> None:
    with socket.create_server((ports.LOOPBACK, 0)) as somebody:
        port = somebody.getsockname()[1]
        told = refusal(tmp_path, GATEWAY_PORT=str(port))
    assert told == f"error: port {port} is taken; use another one: GATEWAY_PORT={port + 1} make run\n"
    with DataDir(tmp_path / "data").locked():
        told = refusal(tmp_path)
    assert (told.count("\n"), "DATA_DIR=" in told) == (1, True)
