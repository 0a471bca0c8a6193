"""How many hours a week a task takes."""

import re

from services.dialogue.domain.reading.numbers import RANGE, ROUGHLY, upper_number
from services.dialogue.domain.reading.patterns import any_of, each_of
from services.dialogue.domain.reading.text import Found, found

MOST_HOURS = 10_000
WORKING_DAYS_A_WEEK = 5
HOURS_A_DAY = 8
WEEKS_A_MONTH = 4
_AMOUNT = rf"(?P<n>{RANGE}|couple(?=\s+h)|half\s+an?|half|an?)\s*\+?\s*"
_AMOUNTS = {"half": 0.5, "couple": 2.0}
_UNIT = r"(?P<unit>hours?|hrs?|h|minutes?|mins?|(?:(?:full|whole|working|work)\s+)?days?)\b"
_DAILY = r"(?:working\s+)?(?:days?|weekdays?|mornings?|evenings?|nights?|afternoons?)"
_A_UNIT = any_of(r"[0-9\s](?:hours?|hrs?|h|min|days?|minutes?|mins)\b")
_EACH = r"(?:\b(?:an?|per|each|every|in a)|/)"
_PER = rf"(?P<per>{_EACH}\s*(?:single\s+)?(?:weeks?|wk|{_DAILY}|months?)\b|\b(?:daily|weekly|monthly)\b)"
_TOLD = each_of(
    rf"{_AMOUNT}{_UNIT}(?:\s+\w+){{0,4}}?\s*{_PER}",
    rf"{_PER}[^.!?\n]{{0,60}}?\b{_AMOUNT}{_UNIT}",
)
_ALONE = any_of(rf"\W*{ROUGHLY}{_AMOUNT}(?P<unit>hours?|hrs?)\b(?:\s+(?:or so|i think|i guess|maybe))?\W*")
_OF_HOURS = any_of(rf"{_AMOUNT}(?P<unit>hours?|hrs?|h)\b")
# A number of nothing in particular ends what is said of it.
_ENDS = (
    r"(?![0-9])(?=\s*(?:[.,;!?)+-]|$|(?:or|a|per|each|every|i|we|maybe|roughly|total|in|all|altogether|together"
    r"|for|at|but|and|if|when|on|across|between|among|over|easily|tops|max|min|give|plus|combined|overall|i'd)\b))"
)
_BARE = any_of(rf"{_AMOUNT}(?:{_UNIT}|{_ENDS})")
_FULL_TIME = any_of(r"\b(?:full[- ]time|full week|the whole week|whole week|all week)\b")
# Opening and working hours say nothing of a task.
_OPENING = any_of(r"\b(?:open|work|working|works)\b(?:\s+\w+){0,2}\s*$")


def find_hours_per_week(text: str) -> Found[float] | None:
    """The hours where a number stands with a period: "25 hours a week", "half a day every week"."""
    if not _A_UNIT.search(text):
        return None
    told = [
        match
        for pattern in _TOLD
        for match in pattern.finditer(text)
        if not _OPENING.search(text[: match.start()])
    ]
    if told:
        # "An hour a day, so say nine hours a week" ends in the sum.
        sum_of_it = max(told, key=lambda one: (_times_a_week(one["per"].casefold()) == 1.0, one.start()))
        return _hours(sum_of_it, sum_of_it["per"])
    alone = _ALONE.fullmatch(text)
    return _hours(alone, "a week") if alone else None


def hours_answered(text: str) -> Found[float] | None:
    """The hours when they were just asked: a bare number is hours a week."""
    if plain := find_hours_per_week(text):
        return plain
    if match := _FULL_TIME.search(text):
        return found(float(WORKING_DAYS_A_WEEK * HOURS_A_DAY), match)
    if match := _OF_HOURS.search(text):
        return _hours(match, "a week")
    for match in _BARE.finditer(text):
        if match["unit"] or upper_number(match["n"]) is not None:
            return _hours(match, "a week")
    return None


def _hours(match: re.Match[str], per: str) -> Found[float] | None:
    hours = _amount(match["n"]) * _hours_in(match["unit"]) * _times_a_week(per.casefold())
    return found(round(hours, 2), match) if 0 < hours <= MOST_HOURS else None


def _amount(text: str) -> float:
    number = upper_number(text)
    if number is not None:
        return number
    return _AMOUNTS.get(text.casefold().split()[0], 1.0)


def _hours_in(unit: str | None) -> float:
    name = (unit or "hours").casefold()
    if "day" in name:
        return HOURS_A_DAY
    return 1 / 60 if name.startswith("m") else 1.0


def _times_a_week(per: str) -> float:
    if ("week" in per and "weekday" not in per) or "wk" in per:
        return 1.0
    return 1 / WEEKS_A_MONTH if "month" in per else WORKING_DAYS_A_WEEK
