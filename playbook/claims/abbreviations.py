"""Which full stops end no sentence, because an abbreviation has them."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import yaml

_LISTED: Final = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8")).values()
# No abbreviation is longer, with the one in front of it.
_LONGEST: Final = 24
# `EE. UU.` may end a sentence, its first half cannot.
_DOUBLED: Final = r"(?<![A-Z]{2}\.)(?<![A-Z]{2}\.\s)(?-i:\b([A-Z])\1)"


def _any_of(kind: str) -> str:
    return "|".join(sorted({re.escape(word) for words in _LISTED for word in words[kind]}))


_NEVER_ENDS: Final = re.compile(rf"(?:\b(?:[^\W\d_]|{_any_of('any')})|{_DOUBLED})\.$", re.IGNORECASE)
_BEFORE_A_FIGURE: Final = re.compile(rf"\b(?:{_any_of('figure')})\.$", re.IGNORECASE)


def is_abbreviated(before: str, behind: str) -> bool:
    """Whether the full stop that these words end with is that of an abbreviation."""
    words = before[-_LONGEST:]
    is_counted = behind[:1].isdigit() and _BEFORE_A_FIGURE.search(words) is not None
    return is_counted or _NEVER_ENDS.search(words) is not None


def pieces(text: str, ends: re.Pattern[str]) -> Iterator[str]:
    """A text, cut where sentences end; the pattern finds the blanks behind them."""
    start = 0
    for match in ends.finditer(text):
        if "\n" in match.group() or not is_abbreviated(text[: match.start()], text[match.end() :]):
            yield text[start : match.start()]
            start = match.end()
    yield text[start:]
