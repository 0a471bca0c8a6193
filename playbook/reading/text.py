"""A text, cut into sentences and clauses, with its numbers marked; no letter moves."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from playbook.claims import Quantity, is_abbreviated, quantities
from playbook.lexicon import NUMBER, Lexicon, Phrases, plain

LONGEST_READ: Final = 4_000
# Stands for each letter of a number that counts nothing: a year, a price, a time of day, a part of a name.
_NO_COUNT: Final = "\ue001"
# Stands for each letter of an address or a link.
OPAQUE: Final = "\ue002"
_MASKS: Final = frozenset({NUMBER, _NO_COUNT, OPAQUE})
_OPAQUE_TEXT: Final = re.compile(
    r"\S{1,200}@\S{1,200}|(?:https?://|www\.)\S{1,500}|\b[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|io|example)\b\S*"
)
_PHONE: Final = re.compile(r"\+?\(?\d(?:[\s().\-/]{0,2}\d){6,14}")
_THOUSANDS: Final = re.compile(r"\d{1,3}(?:[ ',.]\d{3}){2,}")
_YEAR: Final = re.compile(r"(?:19|20)\d\d")
_BEFORE_NO_COUNT: Final = re.compile(r"(?:[^\W\d_]|[$\u20ac\u00a3\u00a5\u20b9#\u2116]\s?|\d[:/])$")
_AFTER_NO_COUNT: Final = re.compile(
    r"\s?[$\u20ac\u00a3\u00a5\u20b9%]|[:/]\d|st\b|nd\b|rd\b|th\b|\s?[ap]\.?m\b|h\d\d(?!\d)"
    # A letter that is no unit: `54y` for `say`.
    r"|[abcefgijlnopqrstuvwxyz]\b"
)
_SENTENCE_END: Final = re.compile(
    r"(?:(?<!\b\w)(?<!\b[a-z]{2}(?=\.\s?\ue000))(?<!\b[a-z]{3}(?=\.\s?\ue000))\.|[!?\u2026\u3002\uff01\uff1f])+(?=[\s\"')\ue002]|$)|\n+|:(?=\s)|\s[-\u2013\u2014]+\s"
)
_CLAUSE_END: Final = re.compile(r"[,;\uff0c\u060c](?=\s|$)|[()]")
_EDGES: Final = "~ \t\r\n.,;:!?-*\"'()\u2013\u2014\u2026\u00bf\u00a1\u00ab\u00bb\u201c\u201d\u2022\u3002"
_LAST_CURRENCY: Final = "\u20cf"
_MOST_TIMES: Final = 10
_OR: Final = frozenset({"or", "o", "u", "oder", "ou"})
_NEAR: Final = 1.25


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that may count something; `up_to` is the upper end of a range."""

    value: float
    start: int
    end: int
    up_to: float | None = None

    def moved(self, by: int) -> "Figure":
        """The number, seen from another place."""
        return Figure(self.value, self.start + by, self.end + by, self.up_to)


@dataclass(frozen=True)
class Part:
    """A stretch of a message: `raw` as written, `plain` without accents, `masked` without numbers too."""

    raw: str
    plain: str
    masked: str
    figures: tuple[Figure, ...]
    start: int = 0

    def cut(self, start: int, end: int) -> "Part":
        """A stretch of this one, without the blanks and signs around it."""
        while start < end and _is_edge(self.raw[start]):
            start += 1
        while end > start and _is_edge(self.raw[end - 1]):
            end -= 1
        inside = tuple(one.moved(-start) for one in self.figures if start <= one.start and one.end <= end)
        return Part(
            self.raw[start:end], self.plain[start:end], self.masked[start:end], inside, self.start + start
        )

    @cached_property
    def sentences(self) -> "tuple[Sentence, ...]":
        """The sentences between full stops, line ends, colons and dashes."""
        return tuple(
            Sentence(
                *fields_of(part),
                is_marked="?" in sign or "\uff1f" in sign or "\u00bf" in before,
            )
            for part, before, sign in self._pieces(_SENTENCE_END)
        )

    @cached_property
    def clauses(self) -> "tuple[Part, ...]":
        """The parts between commas."""
        return tuple(part for part, _, _ in self._pieces(_CLAUSE_END))

    def split(self, ends: Iterable[tuple[int, int]]) -> "list[Part]":
        """The parts between these places, as far as they say something."""
        parts, start = list[Part](), 0
        for begin, end in (*sorted(ends), (len(self.raw), len(self.raw))):
            if begin >= start:
                parts.append(self.cut(start, begin))
                start = end
        return [part for part in parts if part.raw]

    def holds(self, place: int) -> bool:
        """Whether this place of the message is within."""
        return self.start <= place < self.start + len(self.raw)

    def next_word(self, place: int) -> int:
        """Where the word behind this place begins."""
        return place + len(self.masked[place:]) - len(self.masked[place:].lstrip(" -"))

    def _pieces(self, end: re.Pattern[str]) -> "Iterator[tuple[Part, str, str]]":
        start = 0
        ends = (match for match in end.finditer(self.masked) if not self._is_abbreviated(match))
        for match in (*ends, None):
            stop = match.start() if match else len(self.raw)
            part = self.cut(start, stop)
            if part.raw:
                yield part, self.raw[start:stop], match.group() if match else ""
            start = match.end() if match else stop

    def _is_abbreviated(self, end: re.Match[str]) -> bool:
        behind = self.raw[end.end() :].lstrip()
        return end.group() == "." and is_abbreviated(self.raw[: end.end()], behind)


@dataclass(frozen=True)
class Sentence(Part):
    """A sentence; `is_marked` as a question."""

    is_marked: bool = False


def parsed(raw: str, lexicon: Lexicon, language: str) -> Part:
    """A message as the reader sees it."""
    raw = raw[:LONGEST_READ]
    text = plain(raw)
    masked = [*_OPAQUE_TEXT.sub(lambda match: OPAQUE * len(match.group()), text)]
    for match in _PHONE.finditer("".join(masked)):
        if not _THOUSANDS.fullmatch(match.group()):
            masked[match.start() : match.end()] = _NO_COUNT * len(match.group())
    # `Sage 50` counts nothing.
    names = [match.span() for match in lexicon.numbered_tools.finditer("".join(masked))]
    figures = [
        figure
        for figure in _figures("".join(masked), lexicon, language)
        if not any(start <= figure.start < end for start, end in names)
    ]
    for figure in figures:
        sign = NUMBER if figure.value >= 0 else _NO_COUNT
        masked[figure.start : figure.end] = sign * (figure.end - figure.start)
    counted = tuple(figure for figure in figures if figure.value >= 0)
    return Part(raw, text, "".join(masked), counted)


def _is_edge(sign: str) -> bool:
    """Whether a sign at the end of a text says nothing: punctuation, an emoji and what belongs to it."""
    return sign in _EDGES or (sign > _LAST_CURRENCY and not sign.isalnum())


def is_only(text: str, groups: Iterable[Phrases], *, ignored: str = "") -> bool:
    """Whether nothing is left of a text without these phrases and the ignored sign."""
    for phrases in groups:
        text = phrases.blanked_in(text)
    return not any(sign.isalnum() or (sign in _MASKS and sign != ignored) for sign in text)


def fields_of(part: Part) -> tuple[str, str, str, tuple[Figure, ...], int]:
    """What a stretch is made of."""
    return part.raw, part.plain, part.masked, part.figures, part.start


def _figures(text: str, lexicon: Lexicon, language: str) -> Sequence[Figure]:
    """The numbers, ranges as one; a negative value marks one that counts nothing."""
    found: list[Figure] = []
    for quantity in quantities(text, language):
        before, after = text[: quantity.start], text[quantity.end :]
        written = text[quantity.start : quantity.end]
        if quantity.is_spelled and quantity.value == 1 and not _counts_one(text, quantity, lexicon):
            continue
        is_count = not (
            _BEFORE_NO_COUNT.search(before)
            or _AFTER_NO_COUNT.match(after)
            or _is_year(written, text, after, lexicon)
        )
        figure = Figure(quantity.value if is_count else -1, quantity.start, quantity.end)
        if found and _is_range(text, found[-1], figure, lexicon):
            figure = Figure(found[-1].value, found.pop().start, figure.end, figure.value)
        found.append(figure)
    return found


def _counts_one(text: str, one: Quantity, lexicon: Lexicon) -> bool:
    """Whether the word is the number one, and no article or pronoun: it ends a clause, or a unit follows."""
    after = text[one.end :]
    if lexicon.answers.articles.begin(text[one.start : one.end]) or lexicon.answers.same.search(text):
        return False
    units = (lexicon.hours.hour, lexicon.hours.minute, lexicon.numbers.ranges, lexicon.team.people)
    is_last = not after.strip() or after.lstrip()[0] in ",.;:!?)\n"
    return is_last or any(unit.begin(after.lstrip()) for unit in units)


def _is_year(written: str, text: str, after: str, lexicon: Lexicon) -> bool:
    """Whether four digits are a year: they stand in a sentence, and no unit follows."""
    if not _YEAR.fullmatch(written) or text.strip(_EDGES) == written:
        return False
    units = (lexicon.team.people, lexicon.team.staff, lexicon.hours.hour)
    return not any(unit.begin(after.lstrip()) for unit in units)


def _is_range(text: str, low: Figure, high: Figure, lexicon: Lexicon) -> bool:
    if not 0 <= low.value < high.value <= max(low.value, 1) * _MOST_TIMES or low.up_to is not None:
        return False
    between, words = text[low.end : high.start], lexicon.numbers
    if between.strip() in _OR and high.value > low.value * _NEAR + 1:
        # `47 or 64` is a choice.
        return False
    if between.strip() == "-" or _are(between, words.ranges):
        return True
    leads = list(words.between.all_in(text[: low.start]))
    is_led = bool(leads) and not text[leads[-1].end() : low.start].strip()
    return is_led and _are(between, words.between_and)


def _are(text: str, phrases: Phrases) -> bool:
    return bool(text.strip()) and not phrases.blanked_in(text).strip()
