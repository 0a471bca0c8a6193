"""The consumers of docs/lead-consumers: what they need is installed once on a machine, as a reader would."""

import fcntl
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.support.playbooks import DEFAULT

FOLDER = DEFAULT.parent / "docs" / "lead-consumers"
_LIMIT_S = 280


def python() -> Sequence[str]:
    """The command without the address of the broker."""
    return [sys.executable, str(FOLDER / "python" / "consume.py")]


def javascript() -> Sequence[str]:
    """The same in JavaScript."""
    folder = FOLDER / "javascript"
    npm, node = _program("npm"), _program("node")
    _installed([npm, "ci", "--ignore-scripts", "--silent"], folder / "package-lock.json", "node_modules")
    return [node, str(folder / "consume.mjs")]


def java() -> Sequence[str]:
    """The same in Java, compiled as it is started."""
    folder = FOLDER / "java"
    java, maven = _program("java"), _program("mvn")
    _installed([maven, "-q", "-B", "dependency:copy-dependencies"], folder / "pom.xml", "target")
    return [java, "-cp", f"{folder}/target/dependency/*", str(folder / "Consume.java")]


CONSUMERS: dict[str, Callable[[], Sequence[str]]] = {"python": python, "javascript": javascript, "java": java}


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"needs {name}; to have it: apt-get install nodejs npm default-jdk-headless maven")
    return found


def _installed(command: Sequence[str], names: Path, into: str) -> None:
    """Install what the file names, unless it is there. Of several workers one installs."""
    stamp = names.parent / into / ".installed"
    with names.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        wanted = file.read()
        if stamp.is_file() and stamp.read_bytes() == wanted:
            return
        subprocess.run(command, cwd=names.parent, check=True, timeout=_LIMIT_S)
        stamp.write_bytes(wanted)
