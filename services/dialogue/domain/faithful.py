"""Judges a translation: it may change the words, never a figure, a link, a name or the shape of a text."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

from services.dialogue.domain.reading import numbers_in

# The marks that part thousands or a fraction, the Arabic ones and narrow spaces among them.
_MARK = r"[.,'\u00a0\u202f \u066b\u066c]"
_FIGURE = re.compile(rf"[0-9]+(?:{_MARK}[0-9]{{3}}(?![0-9]))*(?:[.,\u066b][0-9]{{1,2}}(?![0-9]))?")
_PARTS_THOUSANDS = re.compile(rf"{_MARK}(?=[0-9]{{3}}(?![0-9]))")
_LINK = re.compile(r"https?://\S+|www\.\S+|[^\s@]+@[^\s@]+\.\w+")
_CURRENCY = re.compile(r"[$€£¥₹₽₩]|\b(?:USD|EUR|GBP)\b")
_SHAPE = re.compile(r"\*\*|^- |%", re.MULTILINE)
_LONGEST, _SHORTEST = 3.0, 0.2


def is_faithful(original: str, translated: str, names: Iterable[str]) -> bool:
    """Whether a translation says as much as the original; `names` are those that stay as they are.

    A figure is known by its digits in whatever script; one that the original has in words may become one.
    """
    before, after = _figures(original), _figures(translated)
    in_words = Counter(numbers_in(_FIGURE.sub(" ", original)))
    return (
        not before - after
        and not after - before - in_words
        and all(name in translated for name in names if name in original)
        and all(_marks(pattern, original) == _marks(pattern, translated) for pattern in (_LINK, _SHAPE))
        and _marks(_CURRENCY, original) == _marks(_CURRENCY, translated)
        and _SHORTEST * len(original) <= len(translated) <= _LONGEST * len(original)
    )


def _marks(pattern: re.Pattern[str], text: str) -> Counter[str]:
    return Counter(pattern.findall(text))


def _figures(text: str) -> Counter[float]:
    plain = "".join(str(unicodedata.digit(sign)) if sign.isdigit() else sign for sign in _LINK.sub(" ", text))
    return Counter(
        float(_PARTS_THOUSANDS.sub("", figure).replace(",", ".").replace("\u066b", "."))
        for figure in _FIGURE.findall(plain)
    )
