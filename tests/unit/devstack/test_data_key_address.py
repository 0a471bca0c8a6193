"""A command that reads sealed events finds their keys where it is told, else in the stack that runs here."""

import socket
from pathlib import Path

import pytest

from devstack.data_key_address import find_data_keys
from devstack.errors import DataKeysNotFound
from devstack.ports import LOOPBACK


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("DATA_KEY_SECRET", "")
    for name in ("ports", "secrets"):
        (tmp_path / name).mkdir()
    (tmp_path / "secrets" / "postgres_password").write_text("swordfish\n")
    (tmp_path / "secrets" / "data_key_secret").write_text("of-the-stack-that-runs\n")
    return tmp_path


def test_what_is_set_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATA_KEY_SECRET", "of-the-environment")
    assert find_data_keys().data_key_secret.get_secret_value() == "of-the-environment"


def test_the_keys_of_the_running_stack_are_found(data_dir: Path) -> None:
    with socket.create_server((LOOPBACK, 0)) as server:
        port = server.getsockname()[1]
        (data_dir / "ports" / "postgres").write_text(f"{port}\n")
        found = find_data_keys()
    assert found.data_key_secret.get_secret_value() == "of-the-stack-that-runs"
    assert f":swordfish@{LOOPBACK}:{port}/" in found.database_url.get_secret_value()


def test_without_either_it_says_what_to_set() -> None:
    with pytest.raises(DataKeysNotFound, match="DATA_KEY_SECRET"):
        find_data_keys()
