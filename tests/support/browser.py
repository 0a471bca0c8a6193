"""A browser for the demo page, where this machine has one."""

import shutil

_NAMES = ("chromium", "chromium-browser", "google-chrome")


def find_browser() -> str | None:
    """The program, None when there is none."""
    return next((path for path in map(shutil.which, _NAMES) if path), None)


def announcement() -> str:
    """What the tests of the demo page are going to get; starts nothing."""
    found = find_browser()
    return f"browser: {found}" if found else f"browser: none of {', '.join(_NAMES)}; tests of the page skip"
