"""The figures of a text with what they count, and whose they are."""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from playbook.claims.vocabulary import Term

TIMES = frozenset(("month", "week", "day", "hour", "minute", "year"))
_UNITS = TIMES | {"portion", "dollar", "foreign", "agent", "integration", "engineer", "people"}
# A small number in words counts nothing: "the two of you", "one more thing".
_LARGEST_SPELLED = 3
_MONEY = frozenset({"dollar", "foreign", "price"})
WEEKS_A_MONTH = 4.3
_NEAR = 2
_LEAST_ROUNDED = 10


@dataclass(frozen=True, slots=True)
class Figure:
    """A number and what it counts: a unit of time, `portion`, `money`, `hourly` money, or nothing named."""

    value: float
    unit: str
    is_spelled: bool = False

    @property
    def is_small(self) -> bool:
        """Whether it is a number in words that needs no owner."""
        return self.is_spelled and self.value <= _LARGEST_SPELLED and not self.unit


def figures_in(terms: Sequence[Term]) -> list[Figure]:
    """Every figure of a text in its order; a word such as "half" is one of its own."""
    found: list[Figure] = []
    for at, term in enumerate(terms):
        if term.value is not None:
            unit = _unit(terms, at)
            is_article = "spelled" in term.topics and term.value == 1 and not _is_one_of_time(terms, at)
            if not (is_article and unit not in {"portion", "money"}):
                found.append(Figure(term.value, unit, "spelled" in term.topics))
        elif "portion" in term.topics and term.text.isalpha():
            found.append(Figure(hash_of(term.text), "portion"))
    return found


def _is_one_of_time(terms: Sequence[Term], at: int) -> bool:
    """Whether "one" stands right before a unit of time; in many languages it is also an article."""
    return at + 1 < len(terms) and bool(terms[at + 1].topics & (TIMES - {"month"}))


def amounts_among(figures: Iterable[Figure], owned: frozenset[Figure]) -> list[Figure]:
    """Those figures that are amounts of money, named so or by the visitor."""
    amounts = {own.value for own in owned if own.unit == "money"}
    return [
        figure
        for figure in figures
        if figure.unit == "money" or (not figure.unit and figure.value in amounts)
    ]


def hash_of(word: str) -> float:
    """A number that stands for a word of share, the same in one process."""
    return -float(sum(ord(sign) * (place + 1) for place, sign in enumerate(word[:4])))


def _unit(terms: Sequence[Term], at: int) -> str:
    before = terms[at - 1].topics if at else frozenset()
    if before & {"dollar", "foreign"}:
        behind = itertools.takewhile(lambda term: term.value is None, terms[at + 1 : at + 4])
        return "hourly" if any("hour" in term.topics for term in behind) else "money"
    for place, term in enumerate(terms[at + 1 : at + 1 + _NEAR]):
        # "1,250 a month" is a rate, and counts no months.
        is_rate = place > 0 and bool(terms[at + place].topics & {"function"} and term.topics & TIMES)
        if term.value is not None or "stop" in term.topics or is_rate:
            break
        if named := sorted(term.topics & _UNITS):
            return "money" if named[0] in _MONEY else named[0]
    return ""


def are_owned(figures: Iterable[Figure], owned: frozenset[Figure], *, is_loose: bool = True) -> bool:
    """Whether every figure is one of these, counting the same; a bare number may count anything.

    `is_loose` lets a bare number of theirs stand for hours or people: a visitor answers "12".
    """
    return all(any(_is_one(figure, own, is_loose=is_loose) for own in owned) for figure in figures)


def _is_one(figure: Figure, own: Figure, *, is_loose: bool) -> bool:
    if abs(own.value - figure.value) >= 0.01:
        return False
    is_counted = is_loose and not own.unit and figure.unit not in {"money", "hourly", "portion"}
    return own.unit == figure.unit or not figure.unit or is_counted


def sums_of(hours: float | None, prices: Iterable[int]) -> Iterable[Figure]:
    """What follows from the visitor's hours a week: hours a month and a year, and a price for each hour."""
    if not hours:
        return
    for factor in (4, WEEKS_A_MONTH, 4.33, 52):
        yield from _about(hours * factor, "hour")
    yield from _about(hours / 5, "hour")
    for price in prices:
        for factor in (4, WEEKS_A_MONTH, 4.33):
            yield from _about(price / (hours * factor), "hourly")


def _about(value: float, unit: str) -> Iterable[Figure]:
    whole = {float(int(value)), float(int(value) + 1)} if value >= _LEAST_ROUNDED else set()
    yield from (Figure(near, unit) for near in {round(value, 1), round(value, 2), *whole})
