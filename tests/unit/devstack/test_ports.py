"""Stacks that start side by side never share a port."""

import subprocess
import sys

import pytest

from devstack import ports
from devstack.child import PROJECT
from devstack.errors import PortInUse


def test_a_port_is_handed_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    first = ports.free_port()
    monkeypatch.setattr(ports, "_OURS", range(first, first + 1))

    with pytest.raises(PortInUse):
        ports.free_port()


def test_another_process_is_given_another_port() -> None:
    ours = ports.free_port()
    script = f"from devstack import ports; ports._OURS = range({ours}, {ours} + 1); ports.free_port()"
    other = subprocess.run(
        [sys.executable, "-c", script], cwd=PROJECT, capture_output=True, text=True, check=False, timeout=60
    )

    assert "PortInUse" in other.stderr
