"""The words of a language by topic: which are of our trade, who is spoken of, what counts, what is everyday.

They stand in `words/<language>.yaml`: stems (`pric*`), whole words and rows of words. The topics are the same
in every language.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import yaml

from playbook.claims.normal import folded

# Every word is a word: `no`, `on` and `null` are not read as anything else.
_YAML_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_WORDS = Path(__file__).parent / "words"
# Where one list says more about a word than another, the earlier one is asked first.
_NUMBER_LISTS = frozenset({"numbers", "tens", "hundred", "hundreds", "thousand", "each", "ordinals"})
_COMPOUNDING = frozenset({"de", "nl", "sv"})
_SHORTEST_PART = 4
_EVERYDAY = frozenset({"everyday"})
_YES = frozenset({"yes"})
# "And", "so", "with", "for", "like" and "the" are written as one with the word behind them.
_ARABIC_PREFIX = re.compile(
    "^(?:\u0648|\u0641)?(?:\u0628\u0627\u0644|\u0644\u0644|\u0627\u0644|\u0628|\u0644|\u0643)?(?=.{3})"
)
Row = tuple[tuple[str, ...], frozenset[str]]
"""Words that mean one thing together, and its topics."""


@dataclass(frozen=True)
class Vocabulary:
    """The words of one language."""

    language: str
    exact: Mapping[str, frozenset[str]]
    stems: Mapping[str, frozenset[str]]
    rows: Mapping[str, tuple[Row, ...]]
    values: Mapping[str, float]
    each: tuple[str, ...]
    ordinals: Mapping[str, int]
    longest: int
    _known: dict[str, frozenset[str]] = field(default_factory=dict)

    def topics_of(self, word: str) -> frozenset[str]:
        """The topics of a folded word; none when nothing knows it."""
        known = self._known.get(word)
        if known is None:
            known = self._looked_up(word)
            if len(self._known) < 20_000:
                self._known[word] = known
        return known

    def one_in(self, each: str, ordinal: str) -> int | None:
        """The 5 of "every fifth", of two folded words that say so."""
        if not any(_is_form(each, entry) for entry in self.each):
            return None
        return next((n for entry, n in self.ordinals.items() if _is_form(ordinal, entry)), None)

    def _looked_up(self, word: str) -> frozenset[str]:
        if (exact := self.exact.get(word)) is not None:
            # "Agreed" is a yes, and a promise.
            return exact | self._by_stem(word) if exact == _YES else exact
        found = self._by_stem(word)
        if self.language == "ar" and not found and (bare := _ARABIC_PREFIX.sub("", word)) != word:
            return self.topics_of(bare)
        # A stem that is nearly the whole word leaves nothing to look for inside it.
        if self.language in _COMPOUNDING and len(word) > 7 and not self._by_stem(word, len(word) - 4):
            inner = (self._by_stem(word[start:], _SHORTEST_PART) for start in range(3, len(word) - 3))
            found = found.union(*inner)
            found = found - _EVERYDAY or found
        return found

    def _by_stem(self, word: str, shortest: int = 2) -> frozenset[str]:
        for end in range(len(word), shortest - 1, -1):
            if (topics := self.stems.get(word[:end])) is not None:
                return topics
        return frozenset()


@lru_cache(maxsize=64)
def vocabulary(language: str) -> Vocabulary | None:
    """The words of a language, None when there are none."""
    path = _WORDS / f"{language}.yaml"
    if not language.isalpha() or not path.is_file():
        return None
    raw = yaml.load(path.read_text(encoding="utf-8"), _YAML_LOADER)  # noqa: S506
    return _vocabulary(language, raw)


@lru_cache(maxsize=1)
def languages() -> tuple[str, ...]:
    """Every language that has words."""
    return tuple(sorted(path.stem for path in _WORDS.glob("*.yaml")))


def _vocabulary(language: str, raw: Mapping[str, object]) -> Vocabulary:
    exact: dict[str, frozenset[str]] = {}
    stems: dict[str, frozenset[str]] = {}
    rows: dict[str, list[Row]] = {}
    # What is harmless or small is asked last, so that a word of trade in two lists stays one.
    ordered = sorted(raw.items(), key=lambda pair: pair[0] in _EVERYDAY)
    for topic, entries in ordered:
        if topic in _NUMBER_LISTS:
            continue
        for entry in entries if isinstance(entries, list) else ():
            words = tuple(_folded_entry(part) for part in str(entry).split())
            if len(words) > 1:
                rows.setdefault(words[0].removesuffix("*"), []).append((words, frozenset({topic})))
                continue
            table = stems if words[0].endswith("*") else exact
            key = words[0].removesuffix("*")
            table[key] = _joined(table.get(key), topic)
    longest = max((len(key) for key in (*exact, *stems)), default=1)
    by_length = {first: tuple(sorted(found, key=lambda row: -len(row[0]))) for first, found in rows.items()}
    # Where "one" is also an article, it counts nothing.
    values = {word: value for word, value in _values(raw).items() if value > 1 or word not in exact}
    each, ordinals = _entries(raw, "each"), {one: n for n, one in enumerate(_entries(raw, "ordinals"), 2)}
    return Vocabulary(language, exact, stems, by_length, values, each, ordinals, longest)


def _is_form(word: str, entry: str) -> bool:
    return word.startswith(entry[:-1]) if entry.endswith("*") else word == entry


def _entries(raw: Mapping[str, object], name: str) -> tuple[str, ...]:
    entries = raw.get(name)
    return tuple(_folded_entry(str(entry)) for entry in entries) if isinstance(entries, list) else ()


def _joined(topics: frozenset[str] | None, topic: str) -> frozenset[str]:
    if topics is None:
        return frozenset({topic})
    return topics if topic in _EVERYDAY else topics | {topic}


def _folded_entry(entry: str) -> str:
    return folded(entry.removesuffix("*")) + "*" * entry.endswith("*")


def _values(raw: Mapping[str, object]) -> dict[str, float]:
    def listed(name: str) -> list[str]:
        entries = raw.get(name)
        return [folded(str(entry)) for entry in entries] if isinstance(entries, list) else []

    values = {
        word: float(place) for place, words in enumerate(listed("numbers"), 1) for word in words.split("/")
    }
    values |= {
        word: 20.0 + 10 * place for place, words in enumerate(listed("tens")) for word in words.split("/")
    }
    values |= {
        word: 200.0 + 100 * place
        for place, words in enumerate(listed("hundreds"))
        for word in words.split("/")
    }
    values |= dict.fromkeys(listed("hundred"), 100.0) | dict.fromkeys(listed("thousand"), 1000.0)
    return values
