"""A visitor's message, made easy to search without moving a letter of it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, TypeVar

from playbook.claims import visible

ValueT = TypeVar("ValueT")
ValueT_co = TypeVar("ValueT_co", covariant=True)

LONGEST_MESSAGE = 8_000
LONGEST_READ = 3_000
MOST_SIGNS = 6
LONGEST_PHRASE = 160
MOST_ITEMS = 12
_BLANKS = re.compile(r"\s+")
# Patterns that skip over signs would take ages over a page of them.
_SIGNS = re.compile(rf"\W{{{MOST_SIGNS + 1},}}")
_STRAIGHT = str.maketrans(
    {"\u2019": "'", "\u2018": "'", "\u201c": '"', "\u201d": '"', "\u2013": "-", "\u00a0": " "}
)
# An address or a link is told on its own terms; "gmail" in it is not a tool and its dots end no sentence.
_OPAQUE = re.compile(r"\S{1,200}@\S{1,200}|https?://\S{1,500}|www\.\S{1,500}")
_ABBREVIATED = r"(?<!\be\.g)(?<!\bi\.e)(?<!\betc)(?<!\bDr)(?<!\bMr)(?<!\bMs)(?<!\bvs)(?<!\bapprox)"
_SENTENCE_END = re.compile(rf"{_ABBREVIATED}[.!?]+(?=\s|$)|\n+")
_CLAUSE_END = re.compile(rf"{_ABBREVIATED}[.!?]+(?=\s|$)|\n+|[,;](?=\s)|\s-+\s|\s?\u2014\s?")
_EDGES = " \t\r\n.,;:!?-*\"'()\u2014\u2026"
# Three underscores stand where an address or a link was blanked.
_LINK = re.compile(r"https?://\S*|www\.\S*|_{3,}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Found(Generic[ValueT_co]):
    """A value, and where in the message it was read."""

    value: ValueT_co
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the message."""

    start: int
    end: int

    def of(self, text: str) -> str:
        """The words it covers."""
        return text[self.start : self.end]

    def overlaps(self, start: int, end: int) -> bool:
        """Whether it shares a letter with another stretch."""
        return self.start < end and start < self.end


def legible(message: str) -> str:
    """The visitor's words as an eye reads them, runs of blanks and of signs cut short, never too many."""
    seen = visible(message[:LONGEST_MESSAGE])
    spaced = _BLANKS.sub(lambda match: "\n" if "\n" in match.group() else " ", seen)
    return _SIGNS.sub(lambda match: match.group()[:MOST_SIGNS], spaced)[:LONGEST_READ].strip()


def searchable(message: str) -> str:
    """A legible message as the readers see it: straight quotes, addresses blanked, no letter moved."""
    return _OPAQUE.sub(lambda match: "_" * len(match.group()), message.translate(_STRAIGHT))


def sentences(text: str) -> Sequence[Span]:
    """Where the sentences stand."""
    return _pieces(_SENTENCE_END, text)


def clauses(text: str) -> Sequence[Span]:
    """Where the parts of sentences stand, cut at commas and dashes too."""
    return _pieces(_CLAUSE_END, text)


def sentence_around(text: str, position: int) -> Span:
    """The sentence that holds this position."""
    spans = sentences(text)
    return next((span for span in spans if span.start <= position < span.end), Span(0, len(text)))


def phrase(text: str) -> str:
    """The words on one line, without links, markup and the punctuation around them; never very long."""
    shown = " ".join(_LINK.sub(" ", text).translate(_MARKUP).split()).strip(_EDGES)
    return shown if len(shown) <= LONGEST_PHRASE else shown[:LONGEST_PHRASE].rpartition(" ")[0] or shown[:40]


def found(value: ValueT, match: re.Match[str], group: str | int = 0) -> Found[ValueT]:
    """The value read where `group` matched."""
    return Found(value, match.start(group), match.end(group))


def without(text: str, told: Found[ValueT]) -> str:
    """The text with line ends where this was told, so that nothing else moves."""
    return f"{text[: told.start]}{chr(10) * (told.end - told.start)}{text[told.end :]}"


def split_list(text: str) -> list[str]:
    """`a, b and c` as three phrases."""
    return [item for item in map(phrase, _AND.split(text)) if item][:MOST_ITEMS]


_MARKUP = str.maketrans(dict.fromkeys("<>[]{}`|\\*#?", " "))
_AND = re.compile(
    r"\s*(?:,|;|\n|/|\+)\s*(?:and\s+|or\s+)?|\s+(?:and|&|plus|as well as)\s+(?:also\s+)?", re.IGNORECASE
)


# Many readers look at one message, and each at its sentences.
@lru_cache(maxsize=512)
def _pieces(end: re.Pattern[str], text: str) -> Sequence[Span]:
    spans: list[Span] = []
    start = 0
    for match in end.finditer(text):
        spans.append(Span(start, match.end()))
        start = match.end()
    spans.append(Span(start, len(text)))
    return tuple(span for span in spans if span.of(text).strip(_EDGES))
