"""How facts stand in a sentence of ours."""

import re
from collections.abc import Iterable

_VOWEL_SOUND = re.compile(
    r"^(?:[aeioAEIO]|[uU](?!ni|se|sa|ti|k\b)|[Hh]our|[Hh]onest|x-?ray|[FHLMNRSX][A-Z]+\b)"
)
_TAKES_NONE = re.compile(
    r"(?:[^su]s|ies|people|ing|software|furniture|equipment|jewel(?:le)?ry|insurance|construction|real estate"
    r"|retail|commerce|healthcare|hospitality|education|food|wine|beer|coffee|tech|law|freight)$",
    re.IGNORECASE,
)
_HAS_ARTICLE = re.compile(r"^(?:an?|the|my|our|your|this|two|three|several|some|[0-9])\b", re.IGNORECASE)
_SAYABLE = re.compile(r"[\w&'+/., -]+")
_DOUBLED = frozenset(("run", "ship", "cut", "fit", "plan", "get", "set", "trim", "map", "rent out"))


def listed(items: Iterable[str], conjunction: str = "and") -> str:
    """`a, b and c`."""
    *others, last = items
    return f"{', '.join(others)} {conjunction} {last}" if others else last


def sentence(text: str) -> str:
    """The text with a capital in front and a full stop behind; nothing stays nothing."""
    if not text:
        return ""
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('.', '!', '?', ':')) else '.'}"


def number(value: float) -> str:
    """A number as people write it: `6`, `2.5`, `1,250`."""
    return f"{int(value):,}" if float(value).is_integer() else f"{value:,.10g}"


def price(monthly_price_usd: int) -> str:
    """A monthly price as people write it: `$1,250`."""
    return f"${monthly_price_usd:,}"


def with_article(noun: str) -> str:
    """`a dental clinic`, `an agency`, `restaurants`."""
    head = noun.split(" of ", maxsplit=1)[0].split(" in ", maxsplit=1)[0]
    if _HAS_ARTICLE.match(noun) or _TAKES_NONE.search(head):
        return noun
    return f"{'an' if _VOWEL_SOUND.match(noun) else 'a'} {noun}"


def gerund(verb: str) -> str:
    """`fix` as `fixing`, `make` as `making`."""
    if verb.endswith("ing"):
        return verb
    if verb.casefold() in _DOUBLED:
        return f"{verb}{verb[-1]}ing"
    return f"{verb[:-1]}ing" if verb.endswith("e") and not verb.endswith("ee") else f"{verb}ing"


def first_name(name: str) -> str:
    """`Dana` of `Dana Whitfield`, `Dr. Lee` of `Dr. Ann Lee`."""
    words = name.split()
    return f"{words[0]} {words[-1]}" if words[0].endswith(".") else words[0]


def is_sayable(words: str, most_words: int) -> bool:
    """Whether a visitor's words can be said back inside a sentence: short, and nothing but words."""
    return bool(words) and len(words.split()) <= most_words and _SAYABLE.fullmatch(words) is not None
