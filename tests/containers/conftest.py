"""Tests of the images and of docker-compose.yml: they need a Docker daemon and minutes, and are opt-in."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from devstack.child import PROJECT
from devstack.ports import free_port
from tests.containers.compose import Compose
from tests.containers.standins import images

HERE = Path(__file__).parent
_FIGURES: list[str] = []


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how long it took and how large the images are."""
    for line in _FIGURES:
        terminalreporter.write_line(line)


def pytest_ignore_collect(config: pytest.Config) -> bool | None:
    """Collect nothing here unless this folder is asked for."""
    asked = [Path(argument.split("::")[0]).resolve() for argument in config.args]
    return None if any(path == HERE or HERE in path.parents for path in asked) else True


@pytest.fixture(scope="session")
def compose(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Compose]:
    """The whole system, up, on ports and volumes of its own; stand-ins where no image can be pulled."""
    if subprocess.run(["docker", "info"], capture_output=True, check=False).returncode:
        pytest.fail("no Docker daemon answers")
    ports = ("GATEWAY", "OPS", "KAFKA", "JAEGER", "PROMETHEUS", "GRAFANA", "MAILPIT")
    env = {f"{name}_PORT": str(free_port()) for name in ports}
    secrets = ("SESSION_SECRET", "DATA_KEY_SECRET", "DEV_API_KEY", "POSTGRES_PASSWORD", "GRAFANA_PASSWORD")
    env |= {name: os.urandom(16).hex() for name in secrets}
    standins = images(tmp_path_factory.mktemp("standins"))
    compose = Compose(PROJECT, "salesbot-test", env | standins.images, without=standins.missing)
    compose.build()
    try:
        compose.up()
        yield compose
        _FIGURES.extend(f"{what}: {seconds:.0f} s" for what, seconds in compose.took_s.items())
        _FIGURES.extend(f"{image}: {mb:.0f} MB" for image, mb in compose.image_sizes_mb().items())
    finally:
        compose.down()
