"""Reads the words of a sentence: each with its topics, rows of words and spelled numbers as one."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise

from playbook.claims.quantities import quantities, value_of
from playbook.claims.vocabulary import Row, Vocabulary

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
    """A word, or a row of words with one meaning: its topics, and its value where it is a number.

    `one_in` is the 5 of "every fifth".
    """

    text: str
    topics: frozenset[str] = frozenset()
    value: float | None = None
    one_in: int | None = None

    @property
    def stem(self) -> str:
        """The beginning by which two forms of a word are one."""
        word = self.text.removesuffix("s") if len(self.text) > 3 else self.text
        return word[: max(4, min(6, len(word) - 2))] if len(word) > 4 else word


def terms_in(text: str, words: Vocabulary) -> tuple[Term, ...]:
    """The terms of a folded text in their order; a stop (`,` `;`) is a term with the topic `stop`."""
    tokens = list(_with_ordinals(list(_tokens(text, words)), words))
    return tuple(_with_numbers(_with_rows(tokens, words), words))


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


def _with_ordinals(terms: list[Term], words: Vocabulary) -> Iterable[Term]:
    yield from terms[:1]
    for each, term in pairwise(terms):
        one_in = words.one_in(each.text, term.text)
        yield term if one_in is None else replace(term, one_in=one_in)


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


def _row_at(terms: list[Term], place: int, words: Vocabulary) -> Row | None:
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
        goes_on = (value is not None and is_spelled and _goes_on(run, value, words.language)) if run else True
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


def _goes_on(run: list[float], value: float, language: str) -> bool:
    last = run[-1]
    if language == "fr" and _counts_in_twenties(run, value):
        return True
    if value in {100.0, 1000.0} or last in {100.0, 1000.0}:
        return True
    return (last >= 20 and value < 10) or (last >= 200 and last % 100 == 0 and value < 100)


def _counts_in_twenties(run: list[float], value: float) -> bool:
    """Whether it is a part of a French seventy, eighty or ninety, or of a seventeen."""
    is_eighty = run[-2:] == [4.0, 20.0]
    return (
        (run[-1] == 4 and value == 20)
        or ((is_eighty or run[-1] == 60) and 10 <= value < 20)
        or (run[-1] == 10 and 7 <= value < 10)
    )


def _number(run: list[float], texts: list[str]) -> Term:
    total = current = 0.0
    for value in run:
        if value == 100.0 and len(run) > 1:
            current = max(current, 1) * 100
        elif value == 1000.0 and len(run) > 1:
            total, current = total + max(current, 1) * 1000, 0.0
        elif value == 20.0 and current % 100 == 4 and len(run) > 1:
            current += 76
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
