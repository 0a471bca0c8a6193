"""Reads the words of a sentence: which may be of our trade, who is spoken of, what counts, what is everyday.

The words stand in `words/<language>.yaml`: stems (`pric*`), whole words and rows of words, by topic. The
topics are the same in every language.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import yaml

from playbook.claims.normal import folded
from playbook.claims.quantities import quantities, value_of

# Every word is a word: `no`, `on` and `null` are not read as anything else.
_YAML_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_WORDS = Path(__file__).parent / "words"
# Where one list says more about a word than another, the earlier one is asked first.
_NUMBER_LISTS = frozenset({"numbers", "tens", "hundred", "thousand"})
_COMPOUNDING = frozenset({"de", "nl", "sv"})
_SHORTEST_PART = 4
_EVERYDAY = frozenset({"everyday"})
_YES = frozenset({"yes"})
# "And", "so", "with", "for", "like" and "the" are written as one with the word behind them.
_ARABIC_PREFIX = re.compile(
    "^(?:\u0648|\u0641)?(?:\u0628\u0627\u0644|\u0644\u0644|\u0627\u0644|\u0628|\u0644|\u0643)?(?=.{3})"
)
_TOKEN = re.compile(
    r"(?P<number>\d{1,3}(?:[ ',.\u00a0\u202f]\d{3})+(?!\d)|\d+(?:[.,]\d+)*)"
    r"|(?P<unspaced>[\u3040-\u30ff\u3400-\u9fff\u30fc])"
    r"|(?P<word>[^\W\d_][^\W_\u3040-\u30ff\u3400-\u9fff]*(?:'[^\W\d_]+)*)|(?P<sign>[%$\u20ac\u00a3\u00a5\u20bd\u20b4\u20ba])|(?P<stop>[,;:()\u2026.!?\u060c\u061b\u3001]|\s-+\s)"
)
_HAN = {
    sign: value for value, sign in enumerate("\u96f6\u4e00\u4e8c\u4e09\u56db\u4e94\u516d\u4e03\u516b\u4e5d")
}
_HAN |= {"\u4e24": 2, "\u5169": 2}
_HAN_FACTORS = {"\u5341": 10, "\u767e": 100, "\u5343": 1000, "\u4e07": 10_000}


@dataclass(frozen=True, slots=True)
class Term:
    """A word, or a row of words with one meaning: its topics, and its value where it is a number."""

    text: str
    topics: frozenset[str] = frozenset()
    value: float | None = None

    @property
    def stem(self) -> str:
        """The beginning by which two forms of a word are one."""
        word = self.text.removesuffix("s") if len(self.text) > 3 else self.text
        return word[: max(4, min(6, len(word) - 2))] if len(word) > 4 else word


@dataclass(frozen=True)
class Vocabulary:
    """The words of one language."""

    language: str
    exact: Mapping[str, frozenset[str]]
    stems: Mapping[str, frozenset[str]]
    rows: Mapping[str, tuple[tuple[tuple[str, ...], frozenset[str]], ...]]
    values: Mapping[str, float]
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
    rows: dict[str, list[tuple[tuple[str, ...], frozenset[str]]]] = {}
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
    return Vocabulary(language, exact, stems, by_length, values, longest)


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
    values |= dict.fromkeys(listed("hundred"), 100.0) | dict.fromkeys(listed("thousand"), 1000.0)
    return values


def terms_in(text: str, words: Vocabulary) -> tuple[Term, ...]:
    """The terms of a folded text in their order; a stop (`,` `;`) is a term with the topic `stop`."""
    return tuple(_with_numbers(_with_rows(list(_tokens(text, words)), words), words))


def _tokens(text: str, words: Vocabulary) -> Iterable[Term]:
    end = 0
    for match in _TOKEN.finditer(text):
        if match.start() < end:
            continue
        end = match.end()
        if number := match["number"]:
            yield Term(
                number, frozenset({"number"}), value_of(number.replace("\u00a0", " ").replace("\u202f", " "))
            )
        elif match["unspaced"]:
            term = _unspaced(text[match.start() : match.start() + words.longest], words)
            end = match.start() + len(term.text)
            yield term
        elif sign := match["sign"]:
            yield Term(sign, frozenset({"portion" if sign == "%" else "money"}))
        elif match["stop"]:
            yield Term(match.group(), frozenset({"stop"}))
        else:
            yield from _words(match["word"], words)


def _words(word: str, words: Vocabulary) -> Iterable[Term]:
    if "'" not in word or word in words.exact:
        yield Term(word, words.topics_of(word))
    elif word.endswith("n't"):
        yield Term(word, frozenset({"not"}))
    else:
        yield from (Term(part, words.topics_of(part)) for part in word.split("'"))


def _unspaced(text: str, words: Vocabulary) -> Term:
    for end in range(len(text), 0, -1):
        if (topics := words.exact.get(text[:end])) is not None:
            return Term(text[:end], topics)
    sign = text[0]
    if sign in _HAN or sign in _HAN_FACTORS:
        run = re.match(f"[{''.join((*_HAN, *_HAN_FACTORS))}]+", text)
        assert run is not None
        return Term(run.group(), frozenset({"number"}), _han_value(run.group()))
    return Term(sign)


def _han_value(signs: str) -> float:
    total, current = 0, 0
    for sign in signs:
        if sign in _HAN:
            current = _HAN[sign]
        else:
            total, current = total + max(current, 1) * _HAN_FACTORS[sign], 0
    return float(total + current)


def _with_rows(terms: list[Term], words: Vocabulary) -> list[Term]:
    """Rows of words that mean one thing, as one term."""
    joined: list[Term] = []
    place = 0
    while place < len(terms):
        row = _row_at(terms, place, words)
        if row is None:
            joined.append(terms[place])
            place += 1
        else:
            entries, topics = row
            part = terms[place : place + len(entries)]
            joined.append(Term(" ".join(term.text for term in part), topics))
            place += len(entries)
    return joined


def _row_at(
    terms: list[Term], place: int, words: Vocabulary
) -> tuple[tuple[str, ...], frozenset[str]] | None:
    text = terms[place].text
    found = words.rows.get(text, ())
    if not found:
        stems = (text[:end] for end in range(len(text) - 1, 2, -1))
        found = next((words.rows[stem] for stem in stems if stem in words.rows), ())
    for entries, topics in found:
        part = terms[place : place + len(entries)]
        if len(part) == len(entries) and all(map(_fits, part, entries)):
            return entries, topics
    return None


def _fits(term: Term, entry: str) -> bool:
    return term.text.startswith(entry[:-1]) if entry.endswith("*") else term.text == entry


def _with_numbers(terms: list[Term], words: Vocabulary) -> Iterable[Term]:
    """Numbers in words as one term with its value."""
    run: list[float] = []
    spelled: list[str] = []
    for term in terms:
        value = term.value if term.value is not None else _value_of(term.text, words)
        is_spelled = value is not None and term.value is None
        goes_on = (is_spelled and _goes_on(run, value)) if run else True
        if value is not None and run and goes_on:
            run.append(value)
            spelled.append(term.text)
            continue
        if run:
            yield _number(run, spelled)
            run, spelled = [], []
        if value is not None:
            run, spelled = [value], [term.text]
        else:
            yield term
    if run:
        yield _number(run, spelled)


def _goes_on(run: list[float], value: float | None) -> bool:
    last = run[-1]
    return value is not None and (
        value in {100.0, 1000.0} or last in {100.0, 1000.0} or (last >= 20 and value < 10)
    )


def _number(run: list[float], texts: list[str]) -> Term:
    total = current = 0.0
    for value in run:
        if value == 100.0 and len(run) > 1:
            current = max(current, 1) * 100
        elif value == 1000.0 and len(run) > 1:
            total, current = total + max(current, 1) * 1000, 0.0
        else:
            current += value
    text = " ".join(texts)
    topics = frozenset({"number"}) if text[0].isdigit() else frozenset({"number", "spelled"})
    return Term(text, topics, total + current)


def _value_of(word: str, words: Vocabulary) -> float | None:
    if (value := words.values.get(word)) is not None:
        return value
    if words.language == "de" and len(word) > 7:
        found = quantities(word)
        if len(found) == 1 and found[0].end - found[0].start == len(word):
            return found[0].value
    return None
