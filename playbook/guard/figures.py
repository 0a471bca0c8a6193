"""The figures of a text with what they count, and the few sums that follow from somebody's figures.

Two of a visitor's numbers together, their share of one another, a week as a month or a year, the years since
one, and what is left of a year or a week; more of them where a sentence says which. What is none of these is
nobody's figure.
"""

import itertools
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from playbook.claims.terms import Term

_UNITS = ("money", "portion")
# A small number in words counts nothing: "the two of you", "one more thing".
_LARGEST_SPELLED = 3
_WEEKS_A_MONTH = (4.0, 4.3, 4.33)
_WEEKS_A_YEAR = 52.0
_WORKING_DAYS = 5
MONTHS_A_YEAR = 12
_DAYS_A_WEEK = 7
# An earlier one is a number, and no year that somebody opened in.
_EARLIEST_YEAR = 1800
# What a sum is made with, whoever counts.
CALENDAR = frozenset({*_WEEKS_A_MONTH, 5.0, 12.0, 52.0})
_NEAR = 2
_LEAST_ROUNDED = 10
_MOST_COMBINED = 12
_HOURS_A_WEEK = 168
_MOST_OPERANDS = 5


@dataclass(frozen=True, slots=True)
class Figure:
    """A number, and whether it counts money, a portion, or anything else."""

    value: float
    unit: str
    is_spelled: bool = False

    @property
    def is_small(self) -> bool:
        """Whether it is a number in words that needs no owner."""
        return self.is_spelled and self.value <= _LARGEST_SPELLED and self.unit != "money"


def figures_in(terms: Sequence[Term]) -> Iterator[Figure]:
    """Every number of a text in its order."""
    for at, term in enumerate(terms):
        if term.value is not None:
            yield Figure(term.value, _unit(terms, at), "spelled" in term.topics)


def _unit(terms: Sequence[Term], at: int) -> str:
    if at and "money" in terms[at - 1].topics:
        return "money"
    behind = itertools.takewhile(lambda term: term.value is None, terms[at + 1 : at + 1 + _NEAR])
    return next((unit for term in behind for unit in _UNITS if unit in term.topics), "")


def is_one_of(value: float, owned: Iterable[float]) -> bool:
    """Whether a number is one of these, rounded up or down where it is large enough."""
    return any(
        abs(value - own) < 0.06 or (own >= _LEAST_ROUNDED and value.is_integer() and abs(value - own) < 1)
        for own in owned
    )


def sums_of(own: Sequence[float]) -> Iterator[float]:
    """What follows from a visitor's numbers: two of them together, and a week's as a month's and a year's."""
    pairs = [
        result
        for one, other in itertools.combinations(own[-_MOST_COMBINED:], 2)
        for result in (one + other, abs(one - other), one * other)
    ]
    yield from pairs
    for value in (*own, *pairs):
        yield from (value * weeks for weeks in (*_WEEKS_A_MONTH, _WEEKS_A_YEAR))
        yield value / _WORKING_DAYS


def years_since(own: Iterable[float], year: int) -> Iterator[float]:
    """How long ago the years among a visitor's numbers were, and the tens below: "over sixty years"."""
    for value in own:
        if value.is_integer() and _EARLIEST_YEAR <= value < year:
            yield year - value
            yield (year - value) // 10 * 10


def follows_from(figure: Figure, operands: Sequence[Figure]) -> bool:
    """Whether a figure is what some of these make, multiplied and divided, or added up.

    An amount of money follows from an amount alone. No more than the first five are tried: the ways to
    combine more are too many.
    """
    operands = operands[:_MOST_OPERANDS]
    factors = [one.value / 100 if one.unit == "portion" else one.value for one in operands]
    wanted = figure.value / 100 if figure.unit == "portion" else figure.value
    if (figure.unit == "money" and not any(one.unit == "money" for one in operands)) or 0 in factors:
        return False
    for count in range(2, len(factors) + 1):
        for some in itertools.combinations(factors, count):
            divided = itertools.product((1, -1), repeat=count)
            products = (math.prod(map(pow, some, exponents)) for exponents in divided)
            if is_one_of(wanted, (sum(some), *products)):
                return True
    return False


def counts_of(sentences: Iterable[Sequence[Term]]) -> Iterator[float]:
    """How many days or months a sentence lists, and how many a week or a year has besides."""
    for terms in sentences:
        named = len({term.stem for term in terms if "weekday" in term.topics})
        if named:
            yield from (named, MONTHS_A_YEAR - named)
            yield from (_DAYS_A_WEEK - named,) * (named < _DAYS_A_WEEK)


def shares_of(sentences: Iterable[Sequence[Term]]) -> Iterator[float]:
    """The per cent of "every fifth", and of a number beside a larger one: "two of ten"."""
    for terms in sentences:
        shares = [100 / term.one_in for term in terms if term.one_in]
        for part, whole in itertools.pairwise(figures_in(terms)):
            if not part.unit and not whole.unit and 0 < part.value < whole.value:
                shares.append(100 * part.value / whole.value)
        yield from (figure for share in shares for figure in (share, float(round(share))))


def amounts_of(own: Sequence[float], money: Iterable[float], prices: Sequence[int]) -> Iterator[float]:
    """What follows for money: a price of ours for an hour, and an amount of theirs that many times.

    A month's hours may be rounded on the way.
    """
    hours = [value for value in own if value <= _HOURS_A_WEEK]
    weekly = [*hours, *(one * other for one, other in itertools.combinations(hours, 2))]
    exact = [value * weeks for value in weekly for weeks in _WEEKS_A_MONTH if value]
    months = {*exact, *(float(round(month)) for month in exact if month >= _LEAST_ROUNDED)}
    yield from (price / month for price in prices for month in exact)
    yield from (amount * times for amount in money for times in (*own, *months))
