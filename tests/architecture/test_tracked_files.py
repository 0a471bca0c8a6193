"""No file we publish puts a thing off, or names a package host, somebody's machine, or a secret."""

import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.architecture.source import ROOT, expect_none
from tests.support.trees import grow

# Written so that this file does not hold what it looks for.
LATER = re.compile(r"\b(?:T[O]DO|F[I]XME|X[X]X|H[A]CK)\b")
MACHINE_PATH = re.compile(r"(?<![\w.$}~-])/(?:work|root|tmp|Users)/\w")
PACKAGE_HOST = re.compile(
    r"\b(?:pypi\.org|pythonhosted\.org|npmjs\.(?:org|com)|yarnpkg\.com|crates\.io|rubygems\.org"
    r"|proxy\.golang\.org|repo1?\.maven(?:\.apache)?\.org|anaconda\.org)\b"
)
SECRET = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----|\bsk-[A-Za-z0-9_-]{20,}|\bAKIA[0-9A-Z]{16}\b"
    r"|\bgh[pousr]_[A-Za-z0-9]{30,}"
)


def tracked_files(root: Path) -> list[Path]:
    """Every file that git knows or would take in."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout
    return [path for name in listed.split("\0") if name and (path := root / name).is_file()]


def lines_with(pattern: re.Pattern[str], root: Path, files: Sequence[Path]) -> list[str]:
    """Every line of a text file in which the pattern is found."""
    return [
        f"{path.relative_to(root)}:{number}"
        for path in files
        for number, line in enumerate(_lines(path), start=1)
        if pattern.search(line)
    ]


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError:
        # A picture or a font.
        return []


def test_no_tracked_file_holds_any_of_it() -> None:
    files = tracked_files(ROOT)
    for pattern in (LATER, MACHINE_PATH, PACKAGE_HOST, SECRET):
        expect_none(lines_with(pattern, ROOT, files))


@pytest.mark.parametrize(
    ("pattern", "line", "is_breach"),
    [
        (LATER, "# TO" "DO: later", True),
        (MACHINE_PATH, "see /wo" "rk/main/README.md", True),
        (MACHINE_PATH, "DATA=/tm" "p/data", True),
        (MACHINE_PATH, "mountPath: /tmp", False),
        (PACKAGE_HOST, "--index-url https://py" "pi.org/simple", True),
        (SECRET, "OPENAI_API_KEY=sk" "-abcdefghijklmnopqrstuvwx", True),
        (SECRET, "-----BEGIN RSA PRI" "VATE KEY-----", True),
        (SECRET, "sk-...", False),
    ],
)  # fmt: skip
def test_a_breach_is_named(tmp_path: Path, pattern: re.Pattern[str], line: str, is_breach: bool) -> None:
    root = grow(tmp_path, {"notes.md": f"First line.\n{line}\n"})
    assert lines_with(pattern, root, [root / "notes.md"]) == ["notes.md:2"] * is_breach


def test_every_test_that_the_readme_names_exists() -> None:
    named = set(re.findall(r"`(tests/[\w/.]+)`", (ROOT / "README.md").read_text(encoding="utf-8")))
    assert named
    expect_none([path for path in named if not (ROOT / path).exists()])
