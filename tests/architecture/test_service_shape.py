"""The five services and their further processes have one shape, and their `main.py` only wires."""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from contracts.registry import TOPICS
from tests.architecture.source import PROCESSES, ROOT, SERVICES, expect_none, modules

FILES = ("__init__", "main", "settings")
# These start as a file and may grow into a package of the same name.
GROWING = {"consumers", "api", "usecases", "ports", "domain", "errors"}
FOLDERS = {"adapters", "migrations"}
# The most lines that a main may have.
MOST = 76


def misshapen_services(root: Path) -> list[str]:
    """Every file or folder of a service that the one shape does not know, or lacks."""
    found = {path.name for path in (root / "services").iterdir() if path.is_dir()} - {"__pycache__"}
    faults = [f"services/{name} is not one of the five" for name in sorted(found - {*SERVICES})]
    faults += [f"services/{name} is missing" for name in SERVICES if name not in found]
    folders = [
        *(root / "services" / name for name in sorted(found)),
        *(root / at for at in PROCESSES.values()),
    ]
    return faults + [fault for folder in folders for fault in _misshapen(root, folder)]


def _misshapen(root: Path, service: Path) -> Iterator[str]:
    where = service.relative_to(root).as_posix()
    for path in sorted(service.iterdir()):
        if path.name == "__pycache__" or path.relative_to(root).as_posix() in PROCESSES.values():
            continue
        if path.is_dir():
            if path.name not in GROWING | FOLDERS:
                yield f"{where}/{path.name}/ is an invented folder"
            if not (path / "__init__.py").is_file():
                yield f"{where}/{path.name}/ is no package"
            if path.with_suffix(".py").exists():
                yield f"{where}/{path.name} is both a file and a package"
        elif path.suffix != ".py" or path.stem not in {*FILES, *GROWING}:
            yield f"{where}/{path.name} is an invented file"
    lacking = (name for name in sorted(FILES) if not (service / f"{name}.py").exists())
    yield from (f"{where}/{name}.py is missing" for name in lacking)


def overgrown_mains(root: Path) -> list[str]:
    """Every `main.py` that does more than wire."""
    mains = [each for each in modules(root, ("services",)) if each.name.endswith("/main.py")]
    lengths = ((module.name, len(module.text.splitlines())) for module in mains)
    long = [f"{name} has {lines} lines, more than {MOST}" for name, lines in lengths if lines > MOST]
    deciding = ((module, node) for module in mains for node in module.nodes() if _decides(node))
    return long + [module.at(node, "decides: main only wires") for module, node in deciding]


def _decides(node: Any) -> bool:
    is_main_guard = isinstance(node, ast.If) and ast.unparse(node.test) == "__name__ == '__main__'"
    return isinstance(node, ast.If | ast.Match | ast.Try) and not is_main_guard


def topics_written_out(root: Path) -> list[str]:
    """Every topic name that is written out instead of asked of its event."""
    return [
        module.at(node, f"writes out the topic {node.value!r}")
        for module in modules(root, ("chassis", "services"))
        for node in module.nodes()
        if isinstance(node, ast.Constant) and node.value in {topic.name for topic in TOPICS}
    ]


RULES = [misshapen_services, overgrown_mains, topics_written_out]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_five_services_have_one_shape(rule: Callable[[Path], list[str]]) -> None:
    expect_none(rule(ROOT))
