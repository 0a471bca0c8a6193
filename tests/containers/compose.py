"""`docker compose` on the project's file, under a name and an environment of its own."""

import json
import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

SERVICES = ("gateway", "dialogue", "proposal", "booking", "leadstore")


class Compose:
    """One project of containers; `without` are services that are left out."""

    def __init__(self, root: Path, name: str, env: Mapping[str, str], *, without: Sequence[str] = ()) -> None:
        self._root, self._env = root, {**os.environ, **env}
        # As if there were no .env: somebody's own settings are not under test.
        self._command = ["docker", "compose", "--env-file", os.devnull, "--project-name", name]
        every = self("config", "--services").split()
        self._wanted = [service for service in every if service not in without]
        self.url = f"http://127.0.0.1:{env['GATEWAY_PORT']}"
        self.operations_url = f"http://127.0.0.1:{env['OPS_PORT']}"
        self.prometheus_url = f"http://127.0.0.1:{env['PROMETHEUS_PORT']}"
        self.api_key = env["DEV_API_KEY"]
        self.took_s: dict[str, float] = {}

    def __call__(self, *arguments: str) -> str:
        """Run one command; what it printed."""
        done = subprocess.run(
            [*self._command, *arguments],
            cwd=self._root,
            env=self._env,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{arguments}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
        return done.stdout

    def build(self) -> None:
        """Build the images of the five services."""
        self._timed("build", "build", *SERVICES)

    def up(self) -> None:
        """Start everything, and wait until it is healthy and the jobs are done."""
        self._timed("up", "up", "--detach", "--wait", "--wait-timeout", "900", *self._wanted)

    def restart(self) -> None:
        """Take the containers away and make new ones, on the same volumes."""
        self("down")
        self._timed("up again", "up", "--detach", "--wait", "--wait-timeout", "900", *self._wanted)

    def down(self) -> None:
        """Take containers, networks and volumes away."""
        self("down", "--volumes", "--remove-orphans")

    def image_sizes_mb(self) -> dict[str, float]:
        """The image that services are built on, and what each of them adds to it."""
        base = self._env.get("PYTHON_IMAGE", "python:3.12-slim")
        base_mb = _size_mb(base)
        return {base: base_mb} | {name: _size_mb(f"salesbot-{name}") - base_mb for name in SERVICES}

    def containers(self) -> list[dict[str, Any]]:
        """All containers, also those that have ended, as `docker inspect` describes them."""
        ids = self("ps", "--all", "--quiet").split()
        inspected = subprocess.run(["docker", "inspect", *ids], capture_output=True, text=True, check=True)
        return json.loads(inspected.stdout)

    def _timed(self, what: str, *arguments: str) -> None:
        started = time.monotonic()
        self(*arguments)
        self.took_s[what] = time.monotonic() - started


def _size_mb(image: str) -> float:
    command = ["docker", "image", "inspect", "--format", "{{.Size}}", image]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout) / 1e6
