"""Phrases of a playbook as patterns over folded text."""

import re
from collections.abc import Iterable, Mapping

from playbook import as_regex

_NAME_WORD = r"(?:(?:Dr|Dra|Prof|Sr|Sra|Mr|Mme|M)\.|[A-Z][\w'-]{0,30})"
_PARTICLE = r"(?:de|del|de la|da|do|dos|das|di|du|le|la|van|von|von der|zu|y|e)"
# A capital is what makes a name, however the words before it are written.
NAME = rf"(?-i:{_NAME_WORD}(?: (?:{_PARTICLE} )?{_NAME_WORD}){{0,3}})"
NAME_OF_TWO = rf"(?-i:{_NAME_WORD} (?:{_PARTICLE} )?{_NAME_WORD})"
_NO_FILLS: Mapping[str, str] = {}
_BEFORE = r"(?P<what>[^.,;:!?\n]{2,120}?)"
_BEHIND = r"(?P<what>[^.;!?\n]{2,160})"


def one_of(phrases: Iterable[str], fills: Mapping[str, str] = _NO_FILLS) -> str:
    """One regular expression for any of the phrases, the longest tried first."""
    longest_first = sorted(phrases, key=len, reverse=True)
    return f"(?:{'|'.join(as_regex(phrase, fills) for phrase in longest_first)})"


def any_of(phrases: Iterable[str]) -> re.Pattern[str]:
    """One pattern for phrases that read nothing."""
    return re.compile(one_of(phrases), re.IGNORECASE)


def whole(phrases: Iterable[str]) -> re.Pattern[str]:
    """A pattern that matches a text made of these phrases and of signs alone."""
    return re.compile(rf"(?:\W*{one_of(phrases)})+\W*", re.IGNORECASE)


def leading(phrases: Iterable[str]) -> re.Pattern[str]:
    """A pattern for the phrases at the beginning, one after the other."""
    return re.compile(rf"^(?:\W*{one_of(phrases)}[\s,:]*)+", re.IGNORECASE)


def trailing(phrases: Iterable[str]) -> re.Pattern[str]:
    """A pattern for the phrases at the end, one after the other."""
    return re.compile(rf"(?:[\s,]*{one_of(phrases)}\W*)+$", re.IGNORECASE)


def each_of(phrases: Iterable[str], *, number: str = "") -> tuple[re.Pattern[str], ...]:
    """The phrases one by one, in their order; `number` is what `{n}` stands for."""
    return tuple(re.compile(_reading(phrase, number), re.IGNORECASE) for phrase in phrases)


def _reading(phrase: str, number: str) -> str:
    # What is told at the end of a phrase goes on to the end of the sentence; before it, it is a clause.
    what = _BEHIND if phrase.rstrip(".").endswith("{what}") else _BEFORE
    return as_regex(phrase, {"n": number, "what": what, "name": f"(?P<name>{NAME})"})
