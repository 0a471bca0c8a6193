"""The sources as the architecture rules see them: files, and their syntax trees."""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SERVICES = ("booking", "dialogue", "gateway", "leadstore", "proposal")
# Processes of a service with a group of consumers of their own, and where they stand.
PROCESSES = {"deliverer": "services/leadstore/deliverer", "mailer": "services/gateway/mailer"}
FOLDERS = {name: f"services/{name}" for name in SERVICES} | PROCESSES
# What runs in production, and all that is not a test.
PRODUCTION = ("contracts", "playbook", "chassis", "services")
NOT_TESTS = (*PRODUCTION, "devstack", "benchmarks", "evals", "dashboards")

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """One Python file; `name` is its path below the root it was found under."""

    path: Path
    name: str

    @cached_property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, filename=self.name)

    def nodes(self) -> Iterator[ast.AST]:
        return ast.walk(self.tree)

    def functions(self) -> Iterator[Function]:
        return (node for node in self.nodes() if isinstance(node, Function))

    def at(self, node: ast.expr | ast.stmt | ast.excepthandler, says: str) -> str:
        """A fault with the place it stands in."""
        return f"{self.name}:{node.lineno} {says}"


@cache
def modules(root: Path, folders: tuple[str, ...] = NOT_TESTS) -> tuple[Module, ...]:
    """Every Python file below these folders, without revisions of a schema, which are never touched again."""
    paths = (path for folder in folders for path in sorted((root / folder).rglob("*.py")))
    return tuple(_module(path, root) for path in paths if "versions" not in path.parts)


@cache
def _module(path: Path, root: Path) -> Module:
    return Module(path, path.relative_to(root).as_posix())


def expect_none(faults: Sequence[str]) -> None:
    """Fail with every fault on a line of its own: each says what to mend, and where."""
    if faults:
        pytest.fail("\n".join(faults), pytrace=False)
