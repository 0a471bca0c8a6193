"""Finds what a text claims: numbers, amounts, percentages, links and promises."""

import re
import unicodedata

Claims = frozenset[str]

_DIGITS = re.compile(r"\d+(?:[.,]\d+)*")
_SPELLED = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_QUANTITY = re.compile(
    r"\b(?:(?:thir|four|fif|six|seven|eigh|nine)teen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
    r"|hundreds?|thousands?|millions?|halves?|halved?|third|quarter|doubles?|triples?|twice|dozens?)\b"
)
_MONEY = r"(?:[$€£¥]|\b(?:usd|eur|gbp|dollars?|euros?|pounds?)\b)"
_AMOUNT = re.compile(rf"{_MONEY}\s*\d[\d.,]*|\d[\d.,]*\s*k?\s*{_MONEY}|\b\d[\d.,]*k\b")
_PERCENTAGE = re.compile(r"[\w.,]+\s*(?:%|per ?cent\b)|%")
_LINK = re.compile(
    r"\S*://\S*|\bwww\.\S+|\b(?:javascript|data|mailto):|\S+@\S+"
    r"|\b[\w-]+\.(?:com|net|org|io|ai|co|dev|app|me|info|biz|example)\b"
)
_PROMISE = re.compile(
    r"\b(?:guarant\w+|discount\w*|cheap\w*|money[- ]back|risk[- ]free|free of charge|for free|free trial)\b"
)


def folded(text: str) -> str:
    """The text as it is compared: full-width digits and capitals are no disguise."""
    return unicodedata.normalize("NFKC", text).casefold()


def numbers(text: str) -> Claims:
    """Every number, whether in digits or in words: `1,250` and `1250` are one, so are `2.0` and `two`."""
    digits = (_canonical(found) for found in _DIGITS.findall(text))
    spelled = (str(value) for value, word in enumerate(_SPELLED, start=2) if re.search(rf"\b{word}\b", text))
    return frozenset((*digits, *spelled, *_QUANTITY.findall(text)))


def amounts(text: str) -> Claims:
    """Every amount of money."""
    return _found(_AMOUNT, text)


def percentages(text: str) -> Claims:
    """Every share of a hundred."""
    return _found(_PERCENTAGE, text)


def links(text: str) -> Claims:
    """Everything that leads somewhere: links, addresses, host names."""
    return _found(_LINK, text)


def promises(text: str) -> Claims:
    """Every word that promises on the company's behalf."""
    return _found(_PROMISE, text)


def _canonical(digits: str) -> str:
    return re.sub(r"\.0+$", "", re.sub(r",(?=\d{3}(?:\D|$))", "", digits))


def _found(pattern: re.Pattern[str], text: str) -> Claims:
    return frozenset("".join(match.group().split()).rstrip(".,") for match in pattern.finditer(text))
