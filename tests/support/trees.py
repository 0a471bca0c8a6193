"""Tiny source trees in which a rule is broken."""

from collections.abc import Mapping
from pathlib import Path


def grow(root: Path, files: Mapping[str, str]) -> Path:
    """Write every file with its folders below `root`."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root
