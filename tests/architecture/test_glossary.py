"""The glossary explains every word that the contracts put before other people, and forbids none."""

import re

import pytest

from contracts.reply_stream import FrameKind
from contracts.values import LeadStatus, Profile, Stage
from services.dialogue.domain.stage_machine import ActionKind
from tests.architecture.source import ROOT

GLOSSARY = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("word", [*Stage, *LeadStatus, *FrameKind, *Profile.model_fields])
def test_a_word_of_the_contracts_is_in_the_glossary(word: str) -> None:
    assert f"`{word}`" in GLOSSARY


def test_a_word_is_explained_once() -> None:
    explained = re.findall(r"^\| (\*\*.+?\*\*) \|", GLOSSARY, re.MULTILINE)

    assert len(explained) > 40
    assert len(explained) == len(set(explained))


def test_what_a_reply_does_is_explained() -> None:
    line = next(line for line in GLOSSARY.splitlines() if line.startswith("| **next action** |"))

    assert [kind for kind in ActionKind if kind.replace("_", " ") not in line] == []


def test_no_word_of_the_field_is_forbidden() -> None:
    rows = [line for line in GLOSSARY.splitlines() if line.startswith("| ")]

    assert [row for row in rows if row.count(" |") != 2] == []
