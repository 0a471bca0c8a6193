"""Makes a visitor's words fit to stand in our sentences, without changing what they say."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache

from contracts.values import Profile
from playbook import Language, placeholders
from playbook.claims import folded

LONGEST_PHRASE = 160
MOST_LISTED = 6
_FIRST_PICTOGRAM = 0x2190
_WORD = re.compile(r"\w{3,}")
_STEM = 5
_LITTLE_WORD = 3
_LINK = re.compile(r"(?:[a-z][a-z0-9+.-]*://|www\.|mailto:|javascript:)\S*|\S+@\S+", re.IGNORECASE)
_MARKUP = str.maketrans(dict.fromkeys("<>[]{}`*#|\\", " "))
# A phrase stands inside a sentence of ours, which brings its own full stop.
_EDGES = " .,;:!?-\"'\u2013\u2014\u201c\u201d\u2026"


def plain(text: str) -> str:
    """The words on one line, without links, markup and the punctuation around them, cut at a word's end."""
    shown = "".join(" " if _is_no_word(sign) else sign for sign in text)
    phrase = " ".join(_LINK.sub(" ", shown).translate(_MARKUP).split()).strip(_EDGES)
    return cut(phrase, LONGEST_PHRASE)


def cut(phrase: str, longest: int) -> str:
    """The phrase up to a word's end that is no little word, where it is longer."""
    if len(phrase) <= longest:
        return phrase
    kept = phrase[: longest - 1]
    words = kept.split(" ")[:-1]
    while words and len(words[-1].strip(_EDGES)) <= _LITTLE_WORD:
        del words[-1]
    return f"{' '.join(words).rstrip(_EDGES) or kept}…"


def _is_no_word(sign: str) -> bool:
    """Whether a sign is a control character or a pictogram."""
    category = unicodedata.category(sign)
    return category[0] == "C" or (category in {"So", "Sk", "Mn"} and ord(sign) >= _FIRST_PICTOGRAM)


def without_openings(text: str, openings: tuple[str, ...]) -> str:
    """The phrase from its first word that says something; nothing where none does."""
    left = text.split()
    while left and (match := any_of(openings).match(f"{folded(' '.join(left))} ")):
        words = match.group().split()
        if folded(left[len(words) - 1]).rstrip(",") != words[-1]:
            break
        left = left[len(words) :]
    return " ".join(left)


def covers(line: str, item: str) -> bool:
    """Whether every word of the item stands in the line, in whatever form: `reads` stands for `read`."""
    words = _WORD.findall(folded(line))
    wanted = _WORD.findall(folded(item))
    return bool(wanted) and all(any(word.startswith(one[:_STEM]) for word in words) for one in wanted)


def weighty(text: str) -> list[str]:
    """The words that carry the meaning, which are seldom the short ones."""
    return [word for word in _WORD.findall(folded(text)) if len(word) > _LITTLE_WORD]


def plain_list(items: Iterable[str]) -> tuple[str, ...]:
    """Every item made plain, each said once, empty ones left out."""
    shown = (plain(item) for item in items)
    return tuple({item.casefold(): item for item in reversed(list(shown)) if item}.values())[::-1]


def sentence(text: str) -> str:
    """The text with a capital in front and a full stop behind."""
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('.', '!', '?')) else '.'}"


def told_in(profile: Profile) -> str:
    """Everything the profile says, in which claims can be looked up."""
    unsaid = {name: {"turn_id", "confidence"} for name in profile.known()}
    return profile.model_dump_json(exclude=unsaid, exclude_none=True)


def sayable(profile: Profile, language: Language) -> dict[str, str]:
    """What is known of the visitor, slot by slot, as it can stand in a sentence."""
    said = {name: _said(name, getattr(profile, name).value, language) for name in profile.known()}
    return {name: words for name, words in said.items() if words}


def _said(slot: str, value: object, language: Language) -> str:
    match value:
        case str():
            return plain(value)
        case tuple():
            shown = plain_list(value)[:MOST_LISTED]
            return language.listed(shown) if shown else ""
        case int() | float():
            return language.count(value, language.people if slot == "team_size" else language.hours)
    return ""


def sayable_template(alternatives: Iterable[str], words: Mapping[str, str]) -> str | None:
    """The first alternative whose slots are all known, None when there is none."""
    return next((template for template in alternatives if placeholders(template) <= words.keys()), None)


@lru_cache(maxsize=64)
def any_of(words: tuple[str, ...]) -> re.Pattern[str]:
    """Any of the words in a folded text, none of no words; `*` at the end of a word stands for any ending."""
    parts = (re.escape(folded(word)) + (r"\w*" if word.endswith("*") else "") for word in words)
    return re.compile(rf"(?<!\w)(?:{'|'.join(parts)})(?!\w)" if words else r"(?!)")
