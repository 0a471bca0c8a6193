"""Migrations form one line, and take nothing away that the release before reads or writes.

Two that follow the same one would stop every service at its start. A migration runs while the release before
is still at work, so it only adds. What is to go is dropped a release later, by a migration that names in
`contracts` the earlier one after which nobody needed it any more; CONTRIBUTING.md says how.
"""

import ast
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory

from tests.architecture.source import ROOT, expect_none

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


_TAKES_AWAY = frozenset(
    {
        "drop_column",
        "drop_table",
        "rename_table",
        "alter_column",
        "create_check_constraint",
        "create_unique_constraint",
    }
)
_SQL_TAKES_AWAY = re.compile(
    r"\b(DROP\s+(TABLE|COLUMN|SCHEMA)|RENAME|SET\s+NOT\s+NULL|TYPE\s)", re.IGNORECASE
)


def taken_away(migration: str) -> list[str]:
    """What an upgrade takes from the release before; nothing where it names what it contracts."""
    tree = ast.parse(migration)
    names = {
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    if "contracts" in names:
        return []
    (upgrade,) = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "upgrade"]
    return [found for node in ast.walk(upgrade) if isinstance(node, ast.Call) for found in _faults(node)]


def _faults(call: ast.Call) -> Iterator[str]:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    if name in _TAKES_AWAY:
        yield f"{name} in line {call.lineno}"
    texts = [
        node.value
        for node in ast.walk(call)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    if name == "execute" and any(map(_SQL_TAKES_AWAY.search, texts)):
        yield f"execute in line {call.lineno}"
    if (
        name == "add_column"
        and "nullable=False" in (said := ast.unparse(call))
        and "server_default" not in said
    ):
        yield f"add_column without a default in line {call.lineno}"


@pytest.mark.parametrize("location", LOCATIONS, ids=lambda location: str(location.relative_to(ROOT)))
def test_the_release_before_goes_on_beside_every_migration(location: Path) -> None:
    versions = sorted((location / "versions").glob("*.py"))
    faults = [(path.name, taken_away(path.read_text(encoding="utf-8"))) for path in versions]
    expect_none([f"{location.relative_to(ROOT)}/{name}: {found}" for name, found in faults if found])


@pytest.mark.parametrize(
    ("line", "is_breach"),
    [
        ('op.drop_column("turn", "message", schema="x")', True),
        ('op.alter_column("turn", "message", new_column_name="text")', True),
        ('op.execute("ALTER TABLE x.turn RENAME message TO text")', True),
        ('op.add_column("turn", sa.Column("said", sa.Text, nullable=False))', True),
        ('op.add_column("turn", sa.Column("said", sa.Text, nullable=False, server_default=""))', False),
        ('op.create_index("turn_said", "turn", ["said"])', False),
    ],
)
def test_a_migration_that_takes_something_away_is_noticed(line: str, is_breach: bool) -> None:
    upgrade = f"def upgrade():\n    {line}\n"
    assert bool(taken_away(upgrade)) is is_breach
    assert not taken_away(f'contracts = "0001"\n{upgrade}')
