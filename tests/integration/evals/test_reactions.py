"""A reaction to what the visitor told is read as soon as it is written; what may be a claim is not."""

from functools import cache

import pytest

from evals.guarded_sentences import ModelSentence, load_sentences
from evals.reactions import LEAST_AT_ONCE, Reaction, claims_for, is_shown_at_once, load_reactions
from tests.support.playbooks import SHIPPED

# What a confirmation of a visitor's words may begin with.
INTERJECTIONS = {
    "de": "Gut", "en": "Good", "es": "Bien", "fr": "Bien", "it": "Bene", "nl": "Goed", "pl": "Dobrze",
    "pt": "Bem", "ru": "\u0425\u043e\u0440\u043e\u0448\u043e", "zh": "\u597d",
}  # fmt: skip


@cache
def wrong_sentences() -> tuple[ModelSentence, ...]:
    return tuple(one for one in load_sentences() if one.is_wrong)


def test_most_reactions_are_shown_at_once() -> None:
    reactions = load_reactions()
    at_once = [is_shown_at_once(one.says, claims_for(one, SHIPPED)) for one in reactions]

    assert len(reactions) >= 40
    assert sum(at_once) >= LEAST_AT_ONCE * len(reactions)


def test_no_wrong_sentence_is_shown_at_once_whatever_the_visitor_told() -> None:
    scenes = [(one.language, claims_for(one, SHIPPED)) for one in load_reactions()]
    shown = [
        wrong.sentence
        for language, allowed in scenes
        for wrong in wrong_sentences()
        if wrong.language == language and is_shown_at_once(wrong.sentence, allowed)
    ]

    assert shown == []


@pytest.mark.parametrize("is_greeted", [False, True])
def test_no_wrong_sentence_of_a_visitor_is_confirmed_at_once(*, is_greeted: bool) -> None:
    shown = []
    for wrong in wrong_sentences():
        told = Reaction(language=wrong.language, visitor=(wrong.sentence,), says="")
        says = f"{INTERJECTIONS[wrong.language]}, {wrong.sentence}" if is_greeted else wrong.sentence
        if is_shown_at_once(says, claims_for(told, SHIPPED)):
            shown.append(says)

    assert shown == []
