"""The lines of the playbook are checked at start, so that no visitor meets a hole or a slip in them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from playbook import InvalidPlaybook, load_playbook
from tests.support.playbooks import default_playbook, written


def with_lines(tmp_path: Path, change: Callable[[dict[str, Any]], object]) -> Path:
    playbook = default_playbook()
    change(playbook["lines"])
    return written(tmp_path, playbook)


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
        load_playbook(with_lines(tmp_path, change))


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
        load_playbook(with_lines(tmp_path, change))
