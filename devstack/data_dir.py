"""The data directory: data, ports, secrets and logs, with a lock that only one run can hold."""

import contextlib
import fcntl
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from devstack import ports
from devstack.errors import DataDirInUse


class DataDir:
    """The data that a stack keeps between two runs."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self.logs = self.path / "logs"
        # For its owner alone: it holds conversations and secrets.
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.logs.mkdir(exist_ok=True)

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the lock of this directory.

        Raises:
            DataDirInUse: another run holds the lock.
        """
        with (self.path / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise DataDirInUse(
                    f"{self.path} belongs to a run that is still going; "
                    "stop it, or take another: DATA_DIR=.local-2 make run"
                ) from error
            yield

    def rotate_logs(self) -> None:
        """Rename the logs of the last run to `<name>.log.1`, replacing those of the run before."""
        for log in self.logs.glob("*.log"):
            log.replace(log.with_name(f"{log.name}.1"))

    def port(self, name: str) -> int:
        """The port `name` had last time while it is free, otherwise a new one."""
        memo = self.path / "ports" / name
        with contextlib.suppress(FileNotFoundError, ValueError):
            remembered = int(memo.read_text())
            if ports.is_free(remembered):
                return remembered
        port = ports.free_port()
        memo.parent.mkdir(exist_ok=True)
        memo.write_text(f"{port}\n")
        return port

    def secret(self, name: str, prefix: str = "") -> str:
        """A random secret, made on first use and kept."""
        memo = self.path / "secrets" / name
        memo.parent.mkdir(mode=0o700, exist_ok=True)
        with contextlib.suppress(FileNotFoundError):
            return memo.read_text().strip()
        secret = prefix + secrets.token_hex(16)
        with os.fdopen(os.open(memo, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600), "w") as file:
            file.write(secret + "\n")
        return secret
