"""Makes a visitor's words fit to stand in our sentences, without changing what they say."""

import re
import unicodedata
from collections.abc import Iterable, Mapping

from contracts.values import Profile
from playbook import Language, placeholders

LONGEST_PHRASE = 160
MOST_LISTED = 6
_LINK = re.compile(r"(?:[a-z][a-z0-9+.-]*://|www\.|mailto:|javascript:)\S*|\S+@\S+", re.IGNORECASE)
_MARKUP = str.maketrans(dict.fromkeys("<>[]{}`*#|\\", " "))
# A phrase stands inside a sentence of ours, which brings its own full stop.
_EDGES = " .,;:!?-\"'\u2013\u2014\u201c\u201d\u2026"


def plain(text: str, longest: int = LONGEST_PHRASE) -> str:
    """The words on one line, without links, addresses, markup and the punctuation around them."""
    shown = "".join(" " if unicodedata.category(sign)[0] == "C" else sign for sign in text)
    return shorten(" ".join(_LINK.sub(" ", shown).translate(_MARKUP).split()).strip(_EDGES), longest)


def plain_list(items: Iterable[str]) -> tuple[str, ...]:
    """Every item made plain, each said once, empty ones left out."""
    shown = (plain(item) for item in items)
    return tuple({item.casefold(): item for item in reversed(list(shown)) if item}.values())[::-1]


def shorten(text: str, longest: int) -> str:
    """The text, cut at a word's end when it is too long."""
    if len(text) <= longest:
        return text
    kept = text[: longest - 1]
    return kept.rpartition(" ")[0].rstrip(_EDGES) + "…" if " " in kept else kept + "…"


def sentence(text: str) -> str:
    """The text with a capital in front and a full stop behind."""
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('.', '!', '?')) else '.'}"


def number(value: float) -> str:
    """A number as people write it: `6`, `2.5`, `1,250`."""
    return f"{int(value):,}" if float(value).is_integer() else f"{value:,.10g}"


def sayable(profile: Profile, language: Language) -> dict[str, str]:
    """What is known of the visitor, slot by slot, as it can stand in a sentence."""
    said = {name: _said(name, getattr(profile, name).value, language) for name in profile.known()}
    return {name: words for name, words in said.items() if words}


def _said(slot: str, value: object, language: Language) -> str:
    match slot, value:
        case _, str():
            return plain(value)
        case _, tuple():
            shown = plain_list(value)[:MOST_LISTED]
            return language.listed(shown) if shown else ""
        case "team_size", int() | float():
            return language.count(value, language.people)
        case _, int() | float():
            return language.count(value, language.hours)
    return ""


def fill(alternatives: Iterable[str], words: Mapping[str, str]) -> str | None:
    """The first alternative whose slots are all known, filled; None when there is none."""
    for template in alternatives:
        if placeholders(template) <= words.keys():
            return template.format_map(words)
    return None
