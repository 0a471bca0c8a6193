"""Ports, secrets, logs and data outlive a run, and stacks that start side by side share none of them."""

import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from devstack import ports
from devstack.child import PROJECT
from devstack.data_dir import DataDir
from devstack.errors import PortInUse


def test_a_port_is_remembered_between_two_starts_unless_somebody_took_it(tmp_path: Path) -> None:
    first = DataDir(tmp_path).port("kafka")
    assert DataDir(tmp_path).port("kafka") == first
    with socket.create_server(("127.0.0.1", first)):
        assert DataDir(tmp_path).port("kafka") != first


def test_a_port_is_handed_out_once_across_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = ports.free_port()
    script = f"from devstack import ports; ports._OURS = range({ours}, {ours} + 1); ports.free_port()"
    monkeypatch.setattr(ports, "_OURS", range(ours, ours + 1))

    with pytest.raises(PortInUse):
        ports.free_port()
    other = subprocess.run(
        [sys.executable, "-c", script], cwd=PROJECT, capture_output=True, text=True, check=False, timeout=60
    )
    assert "PortInUse" in other.stderr


def test_a_secret_is_made_once_and_read_by_its_owner_only(tmp_path: Path) -> None:
    secret = DataDir(tmp_path).secret("dev_api_key", prefix="dev-")
    assert secret.startswith("dev-")
    assert DataDir(tmp_path).secret("dev_api_key", prefix="dev-") == secret
    assert stat.S_IMODE((tmp_path / "secrets" / "dev_api_key").stat().st_mode) == 0o600
