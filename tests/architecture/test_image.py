"""What the Dockerfile copies is enough for its service, with its pages, playbook and migrations."""

import fnmatch
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from tests.architecture.source import ROOT, SERVICES

IGNORED = [line.strip() for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
COPIED = re.findall(r"^COPY (?!--)(?!requirements)(\S+) \S+$", DOCKERFILE, re.MULTILINE)
# Imports every process and makes the application that has pages, with the playbook of the tree.
BUILD = """
import importlib, pathlib
import chassis.kafka.topics.__main__
from chassis.migrations import ScriptDirectory

for main in pathlib.Path("services").rglob("main.py"):
    importlib.import_module(".".join(main.with_suffix("").parts))
from services.gateway import main, settings
main.build_app(settings.Settings())
for versions in pathlib.Path().rglob("migrations/versions"):
    assert ScriptDirectory(str(versions.parent)).get_current_head()
    assert {each.name for each in versions.parent.iterdir()} >= {"env.py", "script.py.mako"}
"""
ENV = {
    "SESSION_SECRET": "of-the-tests-alone",
    "DATA_KEY_SECRET": "of-the-tests-alone",
    "ALLOW_EXAMPLE_FACTS": "true",
    "PYTHONDONTWRITEBYTECODE": "1",
}


def build_context(folder: Path, service: str) -> Path:
    """The tree of an image, by the rules of Dockerfile and .dockerignore."""
    for source in (each.replace("${SERVICE:?}", service) for each in COPIED):
        path = ROOT / source
        if path.is_file():
            (folder / source).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, folder / source)
        else:
            shutil.copytree(path, folder / source, ignore=_ignored)
    return folder


def _ignored(folder: str, names: list[str]) -> set[str]:
    below = Path(folder).relative_to(ROOT)
    # With bytecode, unlike an image: it is ours, and saves the test most of its time.
    patterns = [pattern for pattern in IGNORED if pattern[:1] not in {"", "#", "!", "*"}]
    return {
        name for name in names if any(fnmatch.fnmatch((below / name).as_posix(), each) for each in patterns)
    }


def test_an_image_has_its_service_and_nothing_of_the_others(tmp_path: Path) -> None:
    for service in SERVICES:
        tree = build_context(tmp_path / service, service)

        assert {each.name for each in (tree / "services").iterdir()} == {"__init__.py", service}
        assert (tree / "services" / service / "main.py").exists()
        assert not list(tree.rglob("*.ts"))


def test_an_image_has_all_it_needs(tmp_path: Path) -> None:
    # The one with pages. That none imports more than is copied is a rule of its own.
    tree = build_context(tmp_path, "gateway")
    environment = {**os.environ, **ENV, "PYTHONPATH": f"{tree}:{sysconfig.get_path('purelib')}"}

    # Without `site`, so that no .pth file brings the repository along.
    command = [sys.executable, "-S", "-c", BUILD]
    run = subprocess.run(command, env=environment, cwd=tree, capture_output=True, text=True, check=False)

    assert run.returncode == 0, run.stderr
