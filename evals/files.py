"""Reads files of visitors' words."""

from pathlib import Path
from typing import Any

import yaml

# libyaml reads the same YAML ten times as fast, where PyYAML was built with it.
_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


def texts_in(path: Path) -> list[dict[str, Any]]:
    """The entries of a file, every scalar a text: a visitor's "yes" is no truth value, "07" no number."""
    entries: list[dict[str, Any]] = yaml.load(path.read_text(encoding="utf-8"), _LOADER)  # noqa: S506
    return entries
