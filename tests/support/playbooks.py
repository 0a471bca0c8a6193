"""The default playbook with a fault in it, written to a file as an operator would."""

import json
import shutil
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from playbook import Playbook, load_playbook

DEFAULT = Path(__file__).parents[2] / "playbook.yaml"
PROMPT = DEFAULT.parent / "playbook" / "prompt.yaml"
SHIPPED: Playbook = load_playbook(DEFAULT)
"""The playbook as it is delivered, read once for all tests."""
GONE = object()


def default_playbook() -> dict[str, Any]:
    """The default playbook as plain values, free to change; its other files stay where they are."""
    playbook = plain_values(DEFAULT)
    playbook.pop("languages")
    playbook["prompt"] = str(PROMPT)
    return playbook


def plain_values(path: Path) -> dict[str, Any]:
    """What the file of a playbook says, free to change; its lexicon stays where it is."""
    playbook: dict[str, Any] = json.loads(_as_json(path))
    if "lexicon" in playbook:
        playbook["lexicon"] = str(path.parent / playbook["lexicon"])
    return playbook


@cache
def _as_json(path: Path) -> str:
    return json.dumps(yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader))


def with_place(playbook: dict[str, Any], place: str, value: Any) -> dict[str, Any]:
    """The playbook with one place, such as `lines.greeting`, changed, added, or (`GONE`) taken out."""
    *above, last = (int(step) if step.isdigit() else step for step in place.split("."))
    section: Any = playbook
    for step in above:
        section = section[step]
    if value is GONE:
        del section[last]
    else:
        section[last] = value
    return playbook


def repriced(folder: Path, before: int, after: int) -> Path:
    """The playbook as it is delivered, in files of its own, with another price wherever it is named."""
    shutil.copytree(
        DEFAULT.parent / "playbook", folder / "playbook", ignore=shutil.ignore_patterns("*.py", "__*")
    )
    shutil.copy(DEFAULT, folder)
    for path in (folder / DEFAULT.name, *(folder / "playbook").glob("??.yaml")):
        text = path.read_text(encoding="utf-8").replace(
            f"monthly_price_usd: {before}", f"monthly_price_usd: {after}"
        )
        for mark in (",", ".", "\\u00A0", "\u00a0"):
            thousands, rest = f"{before:,}".split(",")
            text = text.replace(f"{thousands}{mark}{rest}", f"{after:,}".replace(",", mark))
        path.write_text(text, encoding="utf-8")
    return folder / DEFAULT.name


def written(folder: Path, playbook: object) -> Path:
    """The file of a playbook; JSON is YAML too, and quicker to write."""
    path = folder / "playbook.yaml"
    path.write_text(json.dumps(playbook), encoding="utf-8")
    return path
