"""Whether a text recites instructions: rows of their words, also spaced, backwards or in rot13."""

import codecs
import re
from collections.abc import Iterable
from string import Formatter

from contracts.claims.normal import folded

_WORDS_IN_A_ROW = 8
_SHORTEST_ROW = 22
_LETTERS_BEFORE = 400
_WORD = re.compile(r"\w+")
_SENTENCE = re.compile(r"[.;?!](?=\s|$)|\n+-?")


def rows_of(templates: Iterable[str]) -> frozenset[str]:
    """Every eight words in a row between two placeholders, and every whole sentence, as bare letters.

    What stands in for a placeholder is not part of a row: what a company says itself is no secret.
    """
    return frozenset(row for template in templates for row in _rows(template))


def recites(bare: str, rows: frozenset[str], before: str = "") -> bool:
    """Whether letters hold a row, alone or as the end of the letters said before them."""
    return any(row in read for read in disguises(bare, before) for row in rows)


def disguises(bare: str, before: str = "") -> Iterable[str]:
    """The readings of letters: onwards and backwards, as they stand and turned by thirteen."""
    lately = before[-_LETTERS_BEFORE:]
    # What is told backwards may be told sentence by sentence.
    for read in (lately + bare, (lately + bare)[::-1], bare[::-1] + lately[::-1]):
        yield read
        yield codecs.encode(read, "rot13")


def _rows(template: str) -> Iterable[str]:
    for text, _, _, _ in Formatter().parse(template):
        words = _WORD.findall(folded(text))
        rows = (words[start : start + _WORDS_IN_A_ROW] for start in range(len(words) - _WORDS_IN_A_ROW + 1))
        sentences = (_WORD.findall(folded(sentence)) for sentence in _SENTENCE.split(text))
        for row in (*rows, *sentences):
            if len(bare := "".join(row)) >= _SHORTEST_ROW:
                yield bare
