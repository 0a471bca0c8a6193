"""Migrations form one line: two that follow the same one would stop every service at its start."""

import shutil
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory

from tests.architecture.source import ROOT

LOCATIONS = sorted(path.parent for path in ROOT.glob("*/**/migrations/versions") if ".venv" not in path.parts)


def heads(location: Path) -> list[str]:
    """The migrations that nothing follows."""
    return ScriptDirectory(str(location)).get_heads()


@pytest.mark.parametrize("location", LOCATIONS, ids=lambda location: str(location.relative_to(ROOT)))
def test_one_migration_is_the_last(location: Path) -> None:
    assert len(heads(location)) == 1


def test_two_last_migrations_are_noticed(tmp_path: Path) -> None:
    location = tmp_path / "migrations"
    shutil.copytree(ROOT / "services" / "dialogue" / "migrations", location)
    twin = (location / "versions" / "0002_refused_events.py").read_text(encoding="utf-8")
    revision = next(line for line in twin.splitlines() if line.startswith("revision"))
    (location / "versions" / "0002_twin.py").write_text(
        twin.replace(revision, 'revision = "twin"'), encoding="utf-8"
    )

    assert len(heads(location)) == 2
