"""The lines of the playbook are checked at start, so that no visitor meets a hole or a slip in them."""

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

from contracts.playbook import InvalidPlaybook, load_playbook

DEFAULT = Path(__file__).parents[3] / "playbook.yaml"


def written(tmp_path: Path, change: Callable[[dict[str, Any]], object]) -> Path:
    playbook = deepcopy(yaml.safe_load(DEFAULT.read_text(encoding="utf-8")))
    change(playbook["lines"])
    path = tmp_path / "playbook.yaml"
    path.write_text(yaml.safe_dump(playbook), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda lines: lines.pop("goodbye"), "goodbye"),
        (lambda lines: lines.update(goodby="Bye."), "goodby"),
        (lambda lines: lines.update(greeting="Hi {name}."), "name"),
        (lambda lines: lines.update(booking="Here: {url}"), "url"),
        (lambda lines: lines["tier"].update(recommends="{tier} for {cost}"), "cost"),
        (lambda lines: lines["acknowledge"].update(shoe_size=["{value}!"]), "shoe_size"),
        (lambda lines: lines["acknowledge"].update(task=["{task}!"]), "task"),
        (lambda lines: lines["answers"][0].update(says="See {price}."), "price"),
        (lambda lines: lines["objections"].clear(), "objections"),
    ],
)
def test_a_line_that_is_missing_misnamed_or_cannot_be_filled_is_found_at_start(
    tmp_path: Path, change: Callable[[dict[str, Any]], object], fault: str
) -> None:
    with pytest.raises(InvalidPlaybook, match=fault):
        load_playbook(written(tmp_path, change))


@pytest.mark.parametrize(
    "change",
    [
        lambda lines: lines.update(goodbye="Bye, or shall we talk?"),
        lambda lines: lines["objections"][0].update(says="Why?"),
        lambda lines: lines["askings"]["tier"].update(rest="Shall we?"),
    ],
)
def test_only_questions_ask_so_that_none_is_asked_for_ever(
    tmp_path: Path, change: Callable[[dict[str, Any]], object]
) -> None:
    with pytest.raises(InvalidPlaybook, match="ask"):
        load_playbook(written(tmp_path, change))
