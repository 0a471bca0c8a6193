"""The kind of a task is recognised by the words in which it is told."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from playbook.task_kinds import kinds_in, task_kind
from tests.support.playbooks import SHIPPED

TOLD = yaml.safe_load(Path(__file__).with_name("task_kinds.yaml").read_text(encoding="utf-8"))
CASES = [(code, text, key or None) for code in TOLD for key, texts in TOLD[code].items() for text in texts]
KEYS = [kind.key for kind in SHIPPED.task_kinds]


def key_of(texts: Sequence[str], code: str = "en") -> str | None:
    kind = task_kind(texts, SHIPPED.spoken_in(code))
    return kind.key if kind else None


@pytest.mark.parametrize(("code", "text", "key"), CASES)
def test_a_task_is_recognised_by_its_words(code: str, text: str, key: str | None) -> None:
    assert key_of([text], code) == key


def test_every_kind_is_held_in_every_language_and_the_general_ones_come_last() -> None:
    assert all({*kinds} - {""} == {*KEYS} for kinds in TOLD.values())
    assert TOLD.keys() == SHIPPED.language_names.keys()
    general: list[Any] = [kind.key for kind in SHIPPED.task_kinds if kind.gives_way]
    assert general == KEYS[-2:] == ["data_entry", "messages"]


@pytest.mark.parametrize(
    ("texts", "key"),
    [
        (("quotes and invoices", "the invoices pile up"), "invoices"),
        (("quotes and invoices", "the dogs", "I write the quote"), "quotes"),
        (("quotes and invoices", "the appointments"), None),
        (("the export papers", "reservations and export papers"), None),
        (("quotes", "invoices, invoices, invoices"), "quotes"),
        ((), None),
    ],
)
def test_what_weighs_more_decides_then_the_next(texts: tuple[str, ...], key: str | None) -> None:
    assert key_of(texts) == key


def test_the_most_clearly_named_kind_comes_first() -> None:
    text = "an email, an email, one quote, and an invoice from another invoice"
    assert [kind.key for kind in kinds_in(text, SHIPPED)] == ["invoices", "quotes", "messages"]
