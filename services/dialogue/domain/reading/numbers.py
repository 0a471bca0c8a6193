"""Numbers as people write them: `12`, `1,200`, `a dozen`, `twenty-five`, `40 to 50`."""

import re

_ONES = (
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_VALUES = {word: value for value, word in enumerate(_ONES, start=1)} | {
    word: value for value, word in zip(range(20, 100, 10), _TENS, strict=True)
}
_FIXED = {
    "half a dozen": 6.0,
    "a dozen": 12.0,
    "dozen": 12.0,
    "a couple of": 2.0,
    "a couple": 2.0,
    "couple of": 2.0,
}
_SMALL = "|".join(sorted(_VALUES, key=len, reverse=True))
_SPELLED = (
    rf"(?:half a dozen|(?:a )?dozen|a couple(?: of)?|couple of|(?:a|(?:{_SMALL})) hundred"
    rf"|(?:{_SMALL})(?:[- ](?:{_SMALL}))?)"
)
_DIGITS = r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,7})(?:\.[0-9]{1,3})?"
NUMBER = rf"(?:(?<![\w.,$]){_DIGITS}|\b{_SPELLED}(?:\b|(?=ish\b)))"
ROUGHLY = (
    r"(?:(?:about|around|roughly|approximately|approx\.?|some|maybe|probably|perhaps|say|like|nearly|almost"
    r"|over|under|up to|at least|more than|only|just|currently|now|a total of|~)\s*){0,3}"
)
# What makes a number a sum of money or a share, not a count of people or hours.
NO_COUNT = r"(?:%|percent\b|[\u20ac\u00a3$]|(?:dollars?|euros?|pounds?|bucks|cents?|usd|eur|gbp|times)\b)"
# Of "40 to 50" the upper end counts: what fits the larger team fits the smaller one.
RANGE = rf"(?:between\s+{NUMBER}\s+and\s+{NUMBER}|{NUMBER}(?:\s*(?:-|to|or)\s*{NUMBER})?(?:-?ish\b)?)"
_NUMBER = re.compile(NUMBER, re.IGNORECASE)


def numbers_in(text: str) -> list[float]:
    """Every number, in the order they stand."""
    return [_value(match.group().casefold()) for match in _NUMBER.finditer(text)]


def upper_number(text: str) -> float | None:
    """The largest number, None when there is none."""
    return max(numbers_in(text), default=None)


def _value(text: str) -> float:
    if text[0].isdigit():
        return float(text.replace(",", ""))
    if text in _FIXED:
        return _FIXED[text]
    words = re.split(r"[- ]", text)
    if words[-1] == "hundred":
        return 100.0 * _VALUES.get(words[0], 1)
    return float(sum(_VALUES[word] for word in words))
