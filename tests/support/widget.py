"""The widget's sources, as its own tools build them."""

import base64
import fcntl
import json
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.support.playbooks import DEFAULT

FOLDER = DEFAULT.parent / "services" / "gateway" / "adapters" / "widget"


def build_into(folder: Path) -> None:
    """Build the widget from its sources."""
    _run("node", "build.mjs", str(folder))


def compiled_module(name: str) -> bytes:
    """One module of the sources and what it imports, as JavaScript that a browser imports."""
    return bundled(FOLDER / "src" / name, "--format=esm")


def bundled(entry: Path, *options: str) -> bytes:
    """A module and what it imports, as one script."""
    return _run(
        _tool("esbuild"), str(entry), "--bundle", "--charset=utf8", "--log-level=error", *options
    ).encode()


def run_module(name: str, script: str, given: object) -> Any:
    """What `script`, an expression with `module` and `given` in it, is in Node."""
    code = compiled_module(name).decode()
    encoded = base64.b64encode(code.encode()).decode()
    program = (
        f"const module = await import('data:text/javascript;base64,{encoded}');"
        f"const given = {json.dumps(given)}; console.log(JSON.stringify(await ({script})));"
    )
    return json.loads(_run("node", "--input-type=module", "--eval", program))


def check_types() -> None:
    """Fail unless the types of all sources are right."""
    _run(_tool("tsc"), "--noEmit")


def _tool(name: str) -> str:
    return str(FOLDER / "node_modules" / ".bin" / name)


def _run(*command: str) -> str:
    _install()
    done = subprocess.run(command, cwd=FOLDER, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@cache
def _install() -> None:
    """Install the tools unless they are there; where there is no Node, nobody can have changed the build."""
    if shutil.which("npm") is None:
        pytest.skip("needs Node and npm; to have them: apt-get install nodejs npm")
    with (FOLDER / "package-lock.json").open() as lock:
        # Two workers may want them at the same time.
        fcntl.flock(lock, fcntl.LOCK_EX)
        subprocess.run(["make", "-s", "widget-tools"], cwd=DEFAULT.parent, check=True)
