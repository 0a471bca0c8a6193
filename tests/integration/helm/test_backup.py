"""The script of the backup dumps what a restore brings back, and forgets only what is old and replaced."""

import os
import subprocess
import time
from pathlib import Path

import sqlalchemy as sa

from chassis.postgres import make_engine
from chassis.settings import DatabaseSettings
from devstack.chart import FILES
from devstack.postgres import binaries
from tests.support.infrastructure import Infrastructure

OLD_S = 20 * 24 * 60 * 60
MADE = """
    CREATE SCHEMA leadstore;
    CREATE TABLE leadstore.lead (id int PRIMARY KEY, name text);
    INSERT INTO leadstore.lead SELECT n, 'lead ' || n FROM generate_series(1, 1000) n
"""


def run(*command: str, **env: str) -> subprocess.CompletedProcess[str]:
    """A command of PostgreSQL, or one that finds those."""
    path = f"{binaries()}:{os.environ['PATH']}"
    return subprocess.run(
        command, env={"PATH": path, **env}, check=False, capture_output=True, text=True, timeout=60
    )


def back_up(folder: Path, url: str) -> subprocess.CompletedProcess[str]:
    return run("sh", str(FILES / "backup.sh"), DATABASE_URL=url, BACKUP_DIR=str(folder), KEEP_DAYS="14")


def files_in(folder: Path) -> list[Path]:
    return [*folder.iterdir()]


async def execute(url: str, *statements: str) -> sa.CursorResult[object]:
    engine = make_engine(DatabaseSettings.model_validate({"database_url": url}))
    async with engine.begin() as connection:
        for statement in statements:
            found = await connection.execute(sa.text(statement))
    await engine.dispose()
    return found


async def test_what_was_dumped_is_restored_into_an_empty_database(
    embedded_infra: Infrastructure, database_url: str, tmp_path: Path
) -> None:
    await execute(database_url, *MADE.split(";"))
    old, other = tmp_path / "salesbot-20000101T000000Z.dump", tmp_path / "notes.txt"
    for path in (old, other):
        path.touch()
        os.utime(path, (time.time() - OLD_S,) * 2)

    done = back_up(tmp_path, database_url)
    assert done.returncode == 0, done.stderr
    (dump,) = {path.name for path in files_in(tmp_path)} - {other.name}
    assert dump != old.name
    assert other in files_in(tmp_path)

    restored = embedded_infra.create_database("restored_from_backup")
    plain = restored.replace("postgresql+asyncpg://", "postgresql://")
    options = ("--no-owner", "--no-acl", "--exit-on-error", "--single-transaction")
    done = run("pg_restore", "--dbname", plain, *options, str(tmp_path / dump))
    assert done.returncode == 0, done.stderr
    found = await execute(restored, "SELECT count(*), max(name) FROM leadstore.lead")
    assert found.one() == (1000, "lead 999")
    embedded_infra.drop_database("restored_from_backup")


def test_a_dump_that_fails_takes_no_older_one_with_it(tmp_path: Path) -> None:
    old = tmp_path / "salesbot-20000101T000000Z.dump"
    old.touch()
    os.utime(old, (time.time() - OLD_S,) * 2)
    done = back_up(tmp_path, "postgresql+asyncpg://nobody@127.0.0.1:1/nothing")
    assert done.returncode != 0
    assert [*tmp_path.glob("*.dump")] == [old]
