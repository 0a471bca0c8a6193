"""The five services have one shape, and their `main.py` only wires."""

import ast
import shutil
from collections.abc import Callable, Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from contracts.registry import TOPICS
from tests.architecture.source import ROOT, SERVICES, expect_none, modules
from tests.support.trees import grow

FILES = ("__init__", "main", "settings")
# These start as a file and may grow into a package of the same name.
GROWING = {"consumers", "api", "usecases", "ports", "domain", "errors"}
FOLDERS = {"adapters", "migrations"}
# The most lines that a main may have.
MOST = 65


def misshapen_services(root: Path) -> list[str]:
    """Every file or folder of a service that the one shape does not know, or lacks."""
    found = {path.name for path in (root / "services").iterdir() if path.is_dir()} - {"__pycache__"}
    faults = [f"services/{name} is not one of the five" for name in sorted(found - {*SERVICES})]
    faults += [f"services/{name} is missing" for name in SERVICES if name not in found]
    return faults + [fault for name in sorted(found) for fault in _misshapen(root / "services" / name)]


def _misshapen(service: Path) -> Iterator[str]:
    where = f"services/{service.name}"
    for path in sorted(service.iterdir()):
        if path.name == "__pycache__":
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


def pasted_wiring(root: Path) -> list[str]:
    """Every pair of `main.py` that share five lines in a row: the chassis should hold those."""
    mains = [(path.parent.name, _in_fives(path)) for path in sorted((root / "services").glob("*/main.py"))]
    pairs = [(one, other) for (one, first), (other, second) in combinations(mains, 2) if first & second]
    return [f"{one} and {other} share 5 lines of main.py" for one, other in pairs]


def _in_fives(path: Path) -> set[tuple[str, ...]]:
    body = ast.parse(path.read_text(encoding="utf-8")).body
    wiring = [node for node in body if not isinstance(node, ast.Import | ast.ImportFrom | ast.Expr)]
    lines = [line for node in wiring for line in ast.unparse(node).splitlines() if line.strip()]
    return set(zip(*(lines[start:] for start in range(5)), strict=False))


RULES = [misshapen_services, overgrown_mains, topics_written_out, pasted_wiring]
MAIN = "services/booking/main.py"
PASTED = "def build(settings):\n" + "".join(f"    part_{number} = make({number})\n" for number in range(5))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_five_services_have_one_shape(rule: Callable[[Path], list[str]]) -> None:
    expect_none(rule(ROOT))


@pytest.mark.parametrize(
    ("added", "fault"),
    [
        (("booking/usecases/__init__.py", "booking/usecases/issue_link.py"), None),
        (("booking/helpers.py",), "booking/helpers.py is an invented file"),
        (("booking/notes.md",), "booking/notes.md is an invented file"),
        (("booking/utils/__init__.py",), "booking/utils/ is an invented folder"),
        (("booking/adapters/calendar.py",), "booking/adapters/ is no package"),
        (tuple(f"billing/{name}.py" for name in FILES), "billing is not one of the five"),
        (("booking/domain.py", "booking/domain/__init__.py"), "booking/domain is both a file and a package"),
    ],
)
def test_a_layer_may_grow_and_an_invention_is_named(tmp_path: Path, added: Any, fault: str | None) -> None:
    shape = [f"{name}/{file}.py" for name in SERVICES for file in FILES]
    root = grow(tmp_path, {f"services/{name}": "" for name in (*shape, *added)})
    assert misshapen_services(root) == ([] if fault is None else [f"services/{fault}"])
    shutil.rmtree(root / "services" / "leadstore")
    assert "services/leadstore is missing" in misshapen_services(root)


@pytest.mark.parametrize(
    ("rule", "text", "fault"),
    [
        (overgrown_mains, "x = 1\n" * 76, f"{MAIN} has 76 lines, more than 65"),
        (overgrown_mains, "if debug:\n    print()\n", f"{MAIN}:1 decides: main only wires"),
        (overgrown_mains, "try:\n    run()\nfinally:\n    stop()\n", f"{MAIN}:1 decides: main only wires"),
        (overgrown_mains, 'if __name__ == "__main__":\n    main()\n', None),
        (topics_written_out, f"x = {TOPICS[0].name!r}", f"{MAIN}:1 writes out the topic {TOPICS[0].name!r}"),
        (pasted_wiring, PASTED, "booking and proposal share 5 lines of main.py"),
    ],
)
def test_a_main_that_does_more_than_wire_is_named(tmp_path: Path, rule: Any, text: str, fault: Any) -> None:
    root = grow(tmp_path, {MAIN: text, "services/proposal/main.py": PASTED})
    assert rule(root) == ([] if fault is None else [fault])
