"""Dockerfiles, the compose file and the workflows pass the linters of their kind."""

import re
import subprocess
import sys
from pathlib import Path

from tests.architecture.source import ROOT, expect_none

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def run_tool(name: str, *arguments: Path | str) -> str:
    """What a linter of the development requirements has to say; empty when nothing."""
    tool = Path(sys.executable).with_name(name)
    return subprocess.run([tool, *arguments], cwd=ROOT, capture_output=True, text=True, check=False).stdout


def test_the_dockerfile_passes_hadolint(tmp_path: Path) -> None:
    bad = tmp_path / "Dockerfile"
    bad.write_text("FROM debian\nRUN cd /x\n")

    assert run_tool("hadolint", "Dockerfile") == ""
    assert "DL3003" in run_tool("hadolint", bad)


def test_the_dockerfile_builds_without_buildkit() -> None:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")

    assert not re.search(r"^# syntax|--link|RUN --mount|<<", text, re.MULTILINE)


def test_yaml_passes_yamllint() -> None:
    assert run_tool("yamllint", "docker-compose.yml", "compose", ".github") == ""


def test_an_action_is_pinned_to_a_commit_with_its_version_beside_it() -> None:
    used = [
        line
        for path in WORKFLOWS
        for line in path.read_text(encoding="utf-8").splitlines()
        if "uses:" in line
    ]

    assert used
    expect_none([line for line in used if not re.search(r"uses: [\w./-]+@[0-9a-f]{40} # v\d", line)])
