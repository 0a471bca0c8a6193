"""Sentences of a model that may be shown, and that may not, in many languages."""

import json
from pathlib import Path

import pytest

from tests.unit.dialogue.guard.scene import guarded, in_languages, is_shown

WRONG = [(code, sentence) for code, listed in in_languages("wrong").items() for sentence in listed]
RIGHT = [(code, sentence) for code, listed in in_languages("right").items() for sentence in listed]
RECORDED = json.loads((Path(__file__).parent / "recorded.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("language", "sentence"), WRONG)
def test_a_sentence_that_no_fact_carries_is_refused(language: str, sentence: str) -> None:
    assert not is_shown(sentence, language=None if language == "unread" else language)


@pytest.mark.parametrize(("language", "sentence"), WRONG)
def test_it_is_refused_in_a_conversation_of_another_language_too(language: str, sentence: str) -> None:
    assert not is_shown(sentence, language="fr" if language == "en" else None)


@pytest.mark.parametrize(("language", "sentence"), RIGHT)
def test_a_sentence_that_is_harmless_or_carried_is_shown(language: str, sentence: str) -> None:
    assert is_shown(sentence, language=None if language == "unread" else language)


# What the playbook said when these were recorded: two rhythms of reviews, and another reason for a tier.
NO_LONGER_TRUE = ("review with your team every week after", "keep more than one agent busy", "un agente.")


def test_recorded_replies_are_shown_as_the_model_wrote_them() -> None:
    refused: list[str] = []
    for talk in RECORDED:
        messages: list[str] = []
        for turn in talk["turns"]:
            messages.append(turn["visitor"])
            if turn["model"]:
                guard = guarded(turn["model"], *messages, language=talk["language"])
                refused += [violation.sentence for violation in guard.violations]

    assert [sentence for sentence in refused if not any(part in sentence for part in NO_LONGER_TRUE)] == []
