"""Whether a text recites instructions: rows of their words, also spaced, backwards or in rot13."""

import codecs
import re
from collections.abc import Iterable
from dataclasses import dataclass
from string import Formatter

from playbook.claims.normal import folded

_WORDS_IN_A_ROW = 8
_SHORTEST_ROW = 22
_LETTERS_BEFORE = 400
# A row anywhere in a text holds at least one whole piece of it, when the text is cut in pieces this long.
_PIECE = _SHORTEST_ROW // 2
_WORD = re.compile(r"\w+")
_SENTENCE = re.compile(r"[.;?!](?=\s|$)|\n+-?")


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of words as bare letters, and every piece of them: most texts hold no piece, let alone a row."""

    rows: frozenset[str]
    pieces: frozenset[str]


def rows_of(templates: Iterable[str]) -> Rows:
    """Every eight words in a row between two placeholders, and every whole sentence, as bare letters.

    What stands in for a placeholder is not part of a row: what a company says itself is no secret.
    """
    rows = frozenset(row for template in templates for row in _rows(template))
    pieces = (row[start : start + _PIECE] for row in rows for start in range(len(row) - _PIECE + 1))
    return Rows(rows, frozenset(pieces))


def recites(readings: Iterable[str], rows: Rows) -> bool:
    """Whether one of the readings of a text holds a row."""
    return any(_holds_a_piece(read, rows) and any(row in read for row in rows.rows) for read in readings)


def disguises(bare: str, before: str = "") -> tuple[str, ...]:
    """The readings of letters behind those said before: onwards, backwards, and turned by thirteen."""
    lately = before[-_LETTERS_BEFORE:]
    onwards = lately + bare
    # What is told backwards may be told sentence by sentence.
    readings = (onwards, onwards[::-1], bare[::-1] + lately[::-1]) if lately else (onwards, onwards[::-1])
    return (*readings, *(codecs.encode(read, "rot13") for read in readings))


def _holds_a_piece(read: str, rows: Rows) -> bool:
    return any(read[start : start + _PIECE] in rows.pieces for start in range(0, len(read), _PIECE))


def _rows(template: str) -> Iterable[str]:
    for text, _, _, _ in Formatter().parse(template):
        words = _WORD.findall(folded(text))
        rows = (words[start : start + _WORDS_IN_A_ROW] for start in range(len(words) - _WORDS_IN_A_ROW + 1))
        sentences = (_WORD.findall(folded(sentence)) for sentence in _SENTENCE.split(text))
        for row in (*rows, *sentences):
            if len(bare := "".join(row)) >= _SHORTEST_ROW:
                yield bare
