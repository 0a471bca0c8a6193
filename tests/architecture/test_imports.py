"""Who may import whom is held by import-linter, whose contracts excuse nothing and know the whole chassis."""

import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.architecture.source import ROOT

LINTER = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
CONTRACTS: dict[str, dict[str, Any]] = {contract["id"]: contract for contract in LINTER["contracts"]}
PARTS = [path for path in (ROOT / "chassis").iterdir() if path.suffix in {"", ".py"}]
CHASSIS = {path.stem for path in PARTS if not path.stem.startswith("_")}
# What each layer may see of the chassis.
SEEN = {
    "domain": {"errors", "mail", "signing"},
    "usecases": {"errors", "clock", "mail", "metrics", "signing"},
}


def test_the_imports_of_the_project_keep_every_contract() -> None:
    linter, env = str(Path(sys.executable).with_name("lint-imports")), {"COLUMNS": "300", "TERM": "dumb"}
    command = [linter, "--no-cache", "--config", "pyproject.toml"]
    linted = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, env=env)
    assert linted.returncode == 0, linted.stdout + linted.stderr
    assert not [contract["name"] for contract in LINTER["contracts"] if "ignore_imports" in contract]


@pytest.mark.parametrize("contract", SEEN)
def test_a_new_module_of_the_chassis_is_closed_to_the_inner_layers(contract: str) -> None:
    closed = {module.removeprefix("chassis.") for module in CONTRACTS[contract]["forbidden_modules"]}
    assert closed == CHASSIS - SEEN[contract]
