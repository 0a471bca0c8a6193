"""An operator's command works on the cluster it is told, else on the stack that runs here."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from devstack.broker_address import find_broker
from devstack.errors import BrokerNotFound
from devstack.ports import LOOPBACK


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    # Empty is as good as absent, and what stands in .env does not win over it.
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "")
    monkeypatch.setenv("KAFKA_IDEMPOTENCE", "true")
    (tmp_path / "ports").mkdir()
    return tmp_path


@pytest.fixture
def listening() -> Iterator[int]:
    with socket.create_server((LOOPBACK, 0)) as server:
        yield server.getsockname()[1]


def test_what_is_said_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "of-the-environment:9092")

    assert find_broker("said:9092").bootstrap_servers == "said:9092"
    assert find_broker(None).bootstrap_servers == "of-the-environment:9092"


@pytest.mark.parametrize(("broker", "idempotence"), [("kafka", True), ("tansu", False)])
def test_the_broker_of_the_running_stack_is_found(
    data_dir: Path, listening: int, broker: str, idempotence: bool
) -> None:
    (data_dir / "ports" / broker).write_text(f"{listening}\n")

    found = find_broker(None)

    assert found.bootstrap_servers == f"{LOOPBACK}:{listening}"
    assert found.idempotence is idempotence


def test_a_stack_that_does_not_run_is_told_as_such(data_dir: Path, listening: int) -> None:
    (data_dir / "ports" / "kafka").write_text("not a port")

    with pytest.raises(BrokerNotFound, match="make run"):
        find_broker(None)
