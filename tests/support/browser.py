"""A browser for the demo page, where this machine has one."""

import shutil

_NAMES = ("chromium", "chromium-browser", "google-chrome")


def find_browser() -> str | None:
    """The program, None when there is none."""
    return next((path for path in map(shutil.which, _NAMES) if path), None)


def announcement() -> str:
    """What the tests of the demo page are going to get; starts nothing."""
    found = find_browser()
    if found:
        return f"browser: {found}"
    missing = f"browser: none of {', '.join(_NAMES)}"
    return f"{missing}; the tests of the pages skip. To have it: apt-get install chromium"
