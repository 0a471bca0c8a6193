"""An operator's command works on the cluster it is told, else on the stack that runs here."""

import socket
from pathlib import Path

import pytest

from devstack.broker_address import find_broker
from devstack.errors import BrokerNotFound
from devstack.ports import LOOPBACK


@pytest.fixture(autouse=True)
def ports_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    # Empty is as good as absent, and what stands in .env does not win over it.
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "")
    monkeypatch.setenv("KAFKA_IDEMPOTENCE", "true")
    (tmp_path / "ports").mkdir()
    return tmp_path / "ports"


def test_what_is_said_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "of-the-environment:9092")
    assert find_broker("said:9092").bootstrap_servers == "said:9092"
    assert find_broker(None).bootstrap_servers == "of-the-environment:9092"


@pytest.mark.parametrize(("broker", "idempotence"), [("kafka", True), ("tansu", False)])
def test_the_broker_of_the_running_stack_is_found(ports_dir: Path, broker: str, idempotence: bool) -> None:
    with socket.create_server((LOOPBACK, 0)) as server:
        port = server.getsockname()[1]
        (ports_dir / broker).write_text(f"{port}\n")
        found = find_broker(None)
    assert (found.bootstrap_servers, found.idempotence) == (f"{LOOPBACK}:{port}", idempotence)


def test_a_stack_that_does_not_run_is_told_as_such(ports_dir: Path) -> None:
    (ports_dir / "kafka").write_text("not a port")
    with pytest.raises(BrokerNotFound, match="make run"):
        find_broker(None)
