"""Whether a translation says what the original says: it changes words, never a figure, a link or a name."""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Final

from playbook.claims import folded, quantities
from playbook.whole import Playbook

_LINK: Final = re.compile(r"https?://\S+|www\.\S+|[^\s@]+@[^\s@]+\.\w+")
_CURRENCY: Final = re.compile(r"[$€£¥₹₽₩]|\b(?:USD|EUR|GBP)\b")
# Emphasis, list items, percentages, and places that are filled in afterwards.
_SHAPE: Final = re.compile(r"\*\*|^- |%|\{\w+\}", re.MULTILINE)
_LONGEST, _SHORTEST = 3.0, 0.1
_QUESTION: Final = re.compile(r"[?\uff1f\u061f]")
# A word or two may need more of them in another language.
_MORE: Final = 20


def faithful_to(playbook: Playbook) -> Callable[[str, str], bool]:
    """Whether a translation says as much as a line of this playbook, in that order."""
    names = (playbook.company.name, playbook.company.bot_name, *(tier.name for tier in playbook.catalogue))
    return lambda line, text: is_faithful(line, text, names)


def is_faithful(original: str, translated: str, names: Iterable[str]) -> bool:
    """Whether a translation says as much as the original; `names` are those that stay as they are.

    A figure is known by its digits in whatever script; one that the original has in words may become one.
    """
    before, after = _figures(original), _figures(translated)
    in_words = _figures(original, are_spelled=True)
    return (
        not before - after
        and not after - before - in_words
        and all(name in translated for name in names if name in original)
        and all(_marks(kept, original) == _marks(kept, translated) for kept in (_LINK, _CURRENCY, _SHAPE))
        and len(_QUESTION.findall(original)) == len(_QUESTION.findall(translated))
        and _SHORTEST * len(original) <= len(translated) <= _LONGEST * len(original) + _MORE
    )


def _marks(pattern: re.Pattern[str], text: str) -> Counter[str]:
    return Counter(pattern.findall(text))


def _figures(text: str, *, are_spelled: bool = False) -> Counter[float]:
    found = quantities(folded(_LINK.sub(" ", text)))
    return Counter(quantity.value for quantity in found if quantity.is_spelled is are_spelled)
