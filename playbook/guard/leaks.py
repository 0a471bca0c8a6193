"""Finds the instructions of the model in what it says, also spaced, reversed or encoded."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from playbook import Playbook, once_for_each
from playbook.claims import Rows, disguises, folded, letters, recites, rows_of

# So many letters of the mark are no chance.
_PART = 8
# Long runs without a blank that no language writes: base64, hexadecimal, keys.
_ENCODED = re.compile(
    r"(?=\S*\d)(?=\S*[A-Za-z])[A-Za-z0-9+/=_-]{24,}|[0-9a-fA-F]{32,}|[A-Za-z0-9+/]{40,}={0,2}"
)
_SPEAKS_OF_RULES = re.compile(
    r"\b(?:system (?:prompt|message|note)|developer message"
    r"|my (?:instructions|prompt|rules|guidelines|programming|fact sheet)"
    r"|(?:was|am|been) (?:told|instructed|prompted|programmed) (?:to|not|that|never)"
    r"|these (?:rules|instructions)|meine (?:anweisungen|regeln)|mis instrucciones|mes instructions"
    r"|minhas instrucoes|le mie istruzioni|mijn instructies|moje instrukcje|mina instruktioner)\b|</?visitor"
)


@dataclass(frozen=True, slots=True)
class Instructions:
    """What may never be said again: rows of words of the prompt, and parts of its mark."""

    rows: Rows
    marks: tuple[str, ...]


@once_for_each
def instructions_of(playbook: Playbook) -> Instructions:
    """Every text of every prompt, whatever its parts are called."""
    mark = letters(playbook.company.canary)
    return Instructions(
        rows=rows_of((*texts_in(playbook.prompt.model_dump()), playbook.company.voice)),
        marks=tuple(mark[start : start + _PART] for start in range(len(mark) - _PART + 1)),
    )


@lru_cache
def names_pattern(names: frozenset[str]) -> re.Pattern[str]:
    """Finds those of these names that no language has as a word."""
    inner = sorted(name for name in names if "_" in name)
    return re.compile(rf"\b(?:{'|'.join(inner)})\b" if inner else r"(?!)", re.IGNORECASE)


def leaks(text: str, said_before: str, instructions: Instructions) -> bool:
    """Whether the text gives away instructions, alone or as the end of what was said before it."""
    if _SPEAKS_OF_RULES.search(folded(text)) or _ENCODED.search(text):
        return True
    readings = disguises(letters(text), said_before)
    if any(mark in read for read in readings for mark in instructions.marks):
        return True
    return recites(readings, instructions.rows)


def texts_in(value: object) -> Iterator[str]:
    """Every text inside mappings and lists."""
    match value:
        case str():
            yield value
        case dict():
            for part in value.values():
                yield from texts_in(part)
        case list() | tuple():
            for part in value:
                yield from texts_in(part)
