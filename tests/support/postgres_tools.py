"""PostgreSQL's own programs on the database of a test."""

import os
import subprocess

from sqlalchemy.engine import make_url

from devstack.postgres import binaries


def run_postgres_tool(program: str, database_url: str, *arguments: str) -> str:
    """What `pg_dump`, `psql` or another one writes; fails with what it says."""
    url = make_url(database_url)
    where = ["-h", str(url.host), "-p", str(url.port), "-U", str(url.username), "-d", str(url.database)]
    done = subprocess.run(
        [str(binaries() / program), *where, *arguments],
        env={**os.environ, "PGPASSWORD": str(url.password)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
