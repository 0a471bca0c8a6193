"""What the tests of the widget take from npm: installed once on a machine, and bundled for a browser."""

import fcntl
import shutil
import subprocess
from collections.abc import Mapping
from functools import cache

import pytest

from tests.support.playbooks import DEFAULT
from tests.support.widget import bundled

FOLDER = DEFAULT.parent / "tests" / "e2e" / "widget"
_LOCK = FOLDER / "package-lock.json"
_INSTALLED = FOLDER / "node_modules" / ".installed"
_READER = "node_modules/@guidepup/virtual-screen-reader/lib/esm/index.browser.js"
# Scripts for a page that are modules, and scripts for a test that are not.
_MODULES = {
    "turbo.js": "node_modules/@hotwired/turbo/dist/turbo.es2017-esm.js",
    "htmx.js": "node_modules/htmx.org/dist/htmx.min.js",
    "react.js": "sites/react.js",
}


@cache
def page_scripts() -> Mapping[str, bytes]:
    """What the host pages load, by its name."""
    _install()
    options = ("--format=esm", '--define:process.env.NODE_ENV="production"')
    return {name: bundled(FOLDER / entry, *options) for name, entry in _MODULES.items()}


@cache
def axe() -> str:
    """Defines `axe`."""
    _install()
    return (FOLDER / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


@cache
def screen_reader() -> str:
    """Defines `ScreenReader.virtual`."""
    _install()
    script = bundled(FOLDER / _READER, "--format=iife", "--global-name=ScreenReader").decode()
    return f"{script};globalThis.ScreenReader = ScreenReader"


@cache
def _install() -> None:
    """Install what the lock file names, unless it is there. Of several workers one installs."""
    if (npm := shutil.which("npm")) is None:
        pytest.skip("needs Node and npm; to have them: apt-get install nodejs npm")
    with _LOCK.open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        wanted = lock.read()
        if _INSTALLED.is_file() and _INSTALLED.read_bytes() == wanted:
            return
        subprocess.run([npm, "ci", "--ignore-scripts", "--silent"], cwd=FOLDER, check=True, timeout=180)
        _INSTALLED.write_bytes(wanted)
