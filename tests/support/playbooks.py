"""The default playbook with a fault in it, written to a file as an operator would."""

import json
from pathlib import Path
from typing import Any

import yaml

DEFAULT = Path(__file__).parents[2] / "playbook.yaml"


def default_playbook() -> dict[str, Any]:
    """The default playbook as plain values, free to change; its translations stay where they are."""
    playbook: dict[str, Any] = yaml.load(DEFAULT.read_text(encoding="utf-8"), yaml.CSafeLoader)
    playbook.pop("languages")
    return playbook


def written(folder: Path, playbook: object) -> Path:
    """The file of a playbook; JSON is YAML too, and quicker to write."""
    path = folder / "playbook.yaml"
    path.write_text(json.dumps(playbook), encoding="utf-8")
    return path
