"""Finds the instructions of the model in what it says, also spaced, reversed or encoded."""

import codecs
import re
from collections.abc import Iterable
from dataclasses import dataclass
from string import Formatter

from contracts.claims import folded, letters
from contracts.playbook import Playbook
from contracts.values import Profile
from services.dialogue.domain.canary import canary_of
from services.dialogue.domain.prompt import INSTRUCTIONS
from services.dialogue.domain.signals import Signal

_WORDS_IN_A_ROW = 8
_SHORTEST_ROW = 22
_LETTERS_OF_THE_CANARY = 8
_WORD = re.compile(r"\w+")
_SENTENCE = re.compile(r"[.;?!](?=\s|$)|\n+-?")
# Long runs without a blank that no language writes: base64, hexadecimal, keys.
_ENCODED = re.compile(
    r"(?=\S*\d)(?=\S*[A-Za-z])[A-Za-z0-9+/=_-]{24,}|[0-9a-fA-F]{32,}|[A-Za-z0-9+/]{40,}={0,2}"
)
_SPEAKS_OF_RULES = re.compile(
    r"\b(?:system prompt|system message|my (?:instructions|prompt|rules|guidelines|programming)"
    r"|developer message|(?:was|am|been) (?:told|instructed|prompted|programmed) (?:to|not|that|never)"
    r"|these (?:rules"
    r"|instructions)|meine (?:anweisungen|regeln)|mis instrucciones|mes instructions|minhas instrucoes)\b"
    r"|</?visitor"
)


@dataclass(frozen=True, slots=True)
class Instructions:
    """What may never be said again: rows of words of the prompt, its mark, its inner names."""

    rows: frozenset[str]
    canary: str
    names: re.Pattern[str]


def instructions_of(playbook: Playbook) -> Instructions:
    """The instructions of every prompt; what a company would say itself, like its prices, is left out."""
    inner = [name for name in (*Profile.model_fields, *Signal) if "_" in name]
    return Instructions(
        rows=frozenset(row for text in (*INSTRUCTIONS, playbook.company.voice) for row in _rows(text)),
        canary=letters(canary_of(playbook)),
        names=re.compile(rf"\b(?:{'|'.join(inner)})\b", re.IGNORECASE),
    )


def leaks(text: str, said_before: str, instructions: Instructions) -> bool:
    """Whether the text gives away instructions, alone or as the end of what was said before it."""
    if instructions.names.search(text) or _SPEAKS_OF_RULES.search(folded(text)) or _ENCODED.search(text):
        return True
    return any(_holds(disguise, instructions) for disguise in _disguises(said_before, letters(text)))


def _disguises(before: str, now: str) -> Iterable[str]:
    whole = before[-400:] + now
    # What is told backwards may be told sentence by sentence.
    for read in (whole, whole[::-1], now[::-1] + before[-400:][::-1]):
        yield read
        yield codecs.encode(read, "rot13")


def _holds(read: str, instructions: Instructions) -> bool:
    canary = instructions.canary
    parts = range(len(canary) - _LETTERS_OF_THE_CANARY + 1)
    if any(canary[start : start + _LETTERS_OF_THE_CANARY] in read for start in parts):
        return True
    return any(row in read for row in instructions.rows)


def _rows(template: str) -> Iterable[str]:
    """Every eight words in a row between two placeholders, and every whole sentence, as bare letters."""
    for text, _, _, _ in Formatter().parse(template):
        words = _WORD.findall(folded(text))
        rows = (words[start : start + _WORDS_IN_A_ROW] for start in range(len(words) - _WORDS_IN_A_ROW + 1))
        sentences = (_WORD.findall(folded(sentence)) for sentence in _SENTENCE.split(text))
        for row in (*rows, *sentences):
            if len(letters_of := "".join(row)) >= _SHORTEST_ROW:
                yield letters_of
