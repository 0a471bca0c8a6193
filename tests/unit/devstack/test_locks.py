import re
import tomllib
from itertools import chain
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from devstack.child import PROJECT

LOCKS = sorted((PROJECT / "requirements").glob("*.txt"))


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_every_pin_of_a_lock_has_a_hash_and_no_package_host_is_named(lock: Path) -> None:
    text = lock.read_text()
    pins = re.split(r"\n(?=[a-z0-9])", text.split("\n", 2)[2])
    assert [pin.split()[0] for pin in pins if "==" not in pin or "--hash=sha256:" not in pin] == []
    assert "://" not in text
    assert not re.search(r"^--(?:extra-)?index-url|^--find-links", text, re.MULTILINE)


def test_the_locks_hold_what_the_project_asks_for_and_the_image_runs_what_the_tests_ran() -> None:
    locks = (PROJECT / "requirements" / f"{name}.txt" for name in ("runtime", "dev"))
    pin = re.compile(r"^([\w.-]+)(?:\[.*?\])?==([^\s;]+)", re.MULTILINE)
    runtime, dev = (dict(pin.findall(lock.read_text())) for lock in locks)
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    asked = chain(project["dependencies"], *project["optional-dependencies"].values())

    assert runtime.items() <= dev.items()
    for requirement in map(Requirement, asked):
        assert dev.get(canonicalize_name(requirement.name), "") in requirement.specifier, "run `make lock`"
