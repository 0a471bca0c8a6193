"""The glossary explains every word that the contracts put before other people."""

from contracts.reply_stream import FrameKind
from contracts.values import LeadStatus, Profile, Stage
from services.dialogue.domain.stage_machine import ActionKind
from tests.architecture.source import ROOT

GLOSSARY = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")


def test_every_word_of_the_contracts_and_all_that_a_reply_does_is_explained() -> None:
    line = next(line for line in GLOSSARY.splitlines() if line.startswith("| **next action** |"))
    words = [*Stage, *LeadStatus, *FrameKind, *Profile.model_fields]
    assert [word for word in words if f"`{word}`" not in GLOSSARY] == []
    assert [kind for kind in ActionKind if kind.replace("_", " ") not in line] == []
