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


def test_recorded_replies_are_shown_as_the_model_wrote_them() -> None:
    shown = refused = 0
    for talk in RECORDED:
        messages: list[str] = []
        for turn in talk["turns"]:
            messages.append(turn["visitor"])
            if turn["model"]:
                guard = guarded(turn["model"], *messages, language=talk["language"])
                refused += len(guard.violations)
                shown += guard.text.count(" ") > 0

    # One says that reviews are weekly and two-weekly at once, which no fact does.
    assert refused <= 1
    assert shown
