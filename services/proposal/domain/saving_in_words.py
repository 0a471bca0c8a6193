"""Reads what a goal wins in another language than English, by the phrases of its playbook."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from playbook import Listening, as_regex, claims, folded, once_for_each

# In digits, or in a few words of which the claims tell whether they are a number and nothing else.
_NUMBER = r"(?P<n>[0-9]+(?:[.,][0-9]+)?|[^\W\d_]+(?:[\s-][^\W\d_]+){0,3}?)"
_ANY_NUMBER = r"[0-9]+(?:[.,][0-9]+)?"
_EDGE = r"[\s.,;:!]*"


@dataclass(frozen=True, slots=True)
class Won:
    """The hours a week that are won, and where in the goal a number stands without its hours, if it does."""

    hours: float
    bare: tuple[int, int] | None = None


def won_in_words(now: float, measure: str, listening: Listening) -> Won | None:
    """What a goal wins of the hours of today; None when its words do not tell."""
    text, patterns = folded(measure).replace("\u2019", "'"), _patterns(listening)
    if (read := _read(patterns.saved, text, listening)) is not None:
        return Won(read.value)
    if (read := _read(patterns.targets, text, listening)) is not None:
        return Won(now - read.value, bare=None if read.has_unit else read.span)
    return Won(now / 2) if any(pattern.fullmatch(text) for pattern in patterns.half) else None


@dataclass(frozen=True, slots=True)
class _Read:
    value: float
    span: tuple[int, int]
    has_unit: bool


def _read(patterns: Iterable[re.Pattern[str]], text: str, listening: Listening) -> _Read | None:
    matches = (match for pattern in patterns if (match := pattern.fullmatch(text)))
    for match in matches:
        if (value := _value(match["n"], listening)) is not None:
            return _Read(value, match.span("n"), _is_told_in_hours(match))
    return None


def _value(words: str, listening: Listening) -> float | None:
    """What the words are worth, if they are a number and nothing else."""
    spelled = claims.folded(words)
    if (one := _patterns(listening).ones.get(spelled)) is not None:
        return one
    quantities = claims.quantities(spelled)
    if len(quantities) != 1 or (quantities[0].start, quantities[0].end) != (0, len(spelled)):
        return None
    return quantities[0].value


def _is_told_in_hours(match: re.Match[str]) -> bool:
    told = match.groupdict()
    return bool(told["unit"] or told.get("a_week"))


class _Patterns:
    def __init__(self, listening: Listening) -> None:
        savings = listening.savings
        unit, weekly = _any_behind(savings.units), _any_behind(savings.weekly)
        about = rf"(?:{_any(savings.about)}\s+)?"
        number = rf"{about}{_NUMBER}"
        hours = rf"(?P<unit>\s*{unit}(?:\s*{weekly})?)"
        # "Under 5 a week" can only be hours, once these were asked for.
        hours_if_said = rf"(?:{hours}|(?P<a_week>\s*{weekly}))?"
        today = rf"{about}{_ANY_NUMBER}(?:\s*{unit})?(?:\s*{weekly})?"
        lead, tail = rf"{_EDGE}(?:{_any(savings.leads)}\s+)*", rf"(?:\s+{_any(savings.tails)})*{_EDGE}"

        def whole(phrase: str, number: str) -> re.Pattern[str]:
            fills = {"n": number, "what": today, "name": today}
            return re.compile(f"{lead}{as_regex(phrase, fills)}{tail}", re.IGNORECASE)

        self.targets = [whole(phrase, number + hours_if_said) for phrase in savings.targets]
        # Without its hours a number that is won could be one of anything.
        self.saved = [whole(phrase, number + hours) for phrase in savings.saved]
        # Beside a noun a one has many forms, which elsewhere are articles: "menos de una hora".
        self.ones = {claims.folded(word): float(value) for word, value in listening.numbers.ones.items()}
        self.half = [whole(phrase, number) for phrase in savings.half]


def _any(phrases: Iterable[str]) -> str:
    return f"(?:{'|'.join(as_regex(phrase, {}) for phrase in phrases)})"


def _any_behind(phrases: Iterable[str]) -> str:
    """The phrases where they may follow a number without a blank: `5h`."""
    return f"(?:{'|'.join(as_regex(phrase, {}).removeprefix(_AT_A_WORDS_START) for phrase in phrases)})"


_AT_A_WORDS_START = r"(?<!\w)"


@once_for_each
def _patterns(listening: Listening) -> _Patterns:
    return _Patterns(listening)
