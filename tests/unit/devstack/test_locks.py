import re
from pathlib import Path

import pytest

from devstack.child import PROJECT

LOCKS = sorted((PROJECT / "requirements").glob("*.txt"))


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_a_lock_names_no_package_host(lock: Path) -> None:
    text = lock.read_text()

    assert "://" not in text
    assert not re.search(r"^--(?:extra-)?index-url|^--find-links", text, re.MULTILINE)


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_every_pin_has_a_hash(lock: Path) -> None:
    pins = re.split(r"\n(?=[a-z0-9])", lock.read_text().split("\n", 2)[2])

    assert len(pins) >= 1
    assert [pin.split()[0] for pin in pins if "==" not in pin or "--hash=sha256:" not in pin] == []


def test_what_the_image_runs_is_what_the_tests_ran() -> None:
    def pins(name: str) -> set[str]:
        return set(re.findall(r"^\S+==[^\s;]+", (PROJECT / "requirements" / name).read_text(), re.MULTILINE))

    assert pins("runtime.txt") <= pins("dev.txt")
