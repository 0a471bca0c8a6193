import socket
import stat
from pathlib import Path

import pytest

from devstack.data_dir import DataDir
from devstack.errors import DataDirInUse


def test_a_port_is_remembered_between_two_starts_unless_somebody_took_it(tmp_path: Path) -> None:
    first = DataDir(tmp_path).port("kafka")

    assert DataDir(tmp_path).port("kafka") == first
    with socket.create_server(("127.0.0.1", first)):
        assert DataDir(tmp_path).port("kafka") != first


def test_a_secret_is_made_once_and_read_by_its_owner_only(tmp_path: Path) -> None:
    secret = DataDir(tmp_path).secret("dev_api_key", prefix="dev-")

    assert secret.startswith("dev-")
    assert DataDir(tmp_path).secret("dev_api_key", prefix="dev-") == secret
    assert stat.S_IMODE((tmp_path / "secrets" / "dev_api_key").stat().st_mode) == 0o600


def test_a_run_begins_its_logs_anew_and_keeps_the_last(tmp_path: Path) -> None:
    data = DataDir(tmp_path)
    (data.logs / "kafka.log").write_text("yesterday")

    data.rotate_logs()

    assert not (data.logs / "kafka.log").exists()
    assert (data.logs / "kafka.log.1").read_text() == "yesterday"


def test_two_runs_do_not_share_a_data_directory(tmp_path: Path) -> None:
    first, second = DataDir(tmp_path).locked(), DataDir(tmp_path).locked()

    with first, pytest.raises(DataDirInUse, match="DATA_DIR="):
        second.__enter__()
