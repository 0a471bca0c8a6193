"""Who may import whom is held by import-linter; each of its contracts fails when it is broken."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.architecture.source import ROOT, SERVICES
from tests.support.trees import grow

LINTER = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
CONTRACTS: dict[str, dict[str, Any]] = {contract["id"]: contract for contract in LINTER["contracts"]}
PARTS = [path for path in (ROOT / "chassis").iterdir() if path.suffix in {"", ".py"}]
CHASSIS = {path.stem for path in PARTS if not path.stem.startswith("_")}
# What each layer may see of the chassis.
SEEN = {"domain": {"errors"}, "usecases": {"errors", "clock", "metrics"}}
LAYERS = ("main", "settings", "consumers", "api", "adapters", "usecases", "ports", "domain", "errors")
BREACHES = {
    "inward": ("services/booking/usecases.py", "import services.booking.adapters"),
    "independent": ("services/booking/domain.py", "import services.proposal.domain"),
    "down": ("contracts/__init__.py", "import chassis.errors"),
    "language": ("contracts/__init__.py", "import faststream"),
    "pure": ("services/booking/domain.py", "import redis"),
    "domain": ("services/booking/domain.py", "import chassis.clock"),
    "usecases": ("services/booking/usecases.py", "import chassis.redis"),
}


def broken_contracts(root: Path) -> set[str]:
    linter, env = str(Path(sys.executable).with_name("lint-imports")), {"COLUMNS": "300", "TERM": "dumb"}
    command = [linter, "--no-cache", "--config", "pyproject.toml"]
    linted = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False, env=env)
    said = linted.stdout + linted.stderr
    assert "Analyzed" in said, said
    broken = set(re.findall(r"^(.+) BROKEN$", said, re.MULTILINE))
    assert bool(broken) == (linted.returncode != 0), said
    return broken


def test_the_imports_of_the_project_keep_every_contract() -> None:
    assert broken_contracts(ROOT) == set()


@pytest.mark.parametrize("contract", BREACHES)
def test_a_breach_is_named_by_its_contract(tmp_path: Path, contract: str) -> None:
    empty = [f"services/{service}/{layer}.py" for service in SERVICES for layer in (*LAYERS, "__init__")]
    empty += [f"chassis/{module}.py" for module in CHASSIS]
    empty += [f"{name}/__init__.py" for name in ("services", "chassis", "contracts", "devstack", "evals")]
    module, line = BREACHES[contract]
    files = {"pyproject.toml": (ROOT / "pyproject.toml").read_text(), module: f"{line}\n"}
    root = grow(tmp_path, dict.fromkeys(empty, "") | files)
    assert broken_contracts(root) == {CONTRACTS[contract]["name"]}


@pytest.mark.parametrize("contract", SEEN)
def test_a_new_module_of_the_chassis_is_closed_to_the_inner_layers(contract: str) -> None:
    closed = {module.removeprefix("chassis.") for module in CONTRACTS[contract]["forbidden_modules"]}
    assert closed == CHASSIS - SEEN[contract]


def test_every_contract_has_a_breach_to_try_it_and_none_excuses_an_import() -> None:
    assert BREACHES.keys() == CONTRACTS.keys()
    assert not [contract["name"] for contract in LINTER["contracts"] if "ignore_imports" in contract]
