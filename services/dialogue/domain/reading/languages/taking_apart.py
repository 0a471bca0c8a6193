"""Takes an answer apart: its items, its steps, the thing itself without the little words around it."""

import re
from collections.abc import Iterable

from playbook import Listening, folded
from services.dialogue.domain.reading.known_tools import TOOLS
from services.dialogue.domain.reading.languages.phrasing import any_of, leading, one_of, trailing
from services.dialogue.domain.reading.text import MOST_ITEMS, phrase

_MOST_WORDS_OF_AN_ITEM = 7
_PARTS = r"\s*(?:[;\n]|->|→|,\s)\s*"
_SENTENCES = r"[.!]+(?=\s|$)\s*"
_FIRST_WORDS_OF_TOOLS = frozenset(name.split()[0] for name in TOOLS)
_ONE_LETTER = re.compile(r"(?<!\w)[^\W\d_](?!\w)")
_NUMBERED = re.compile(r"^\s*(?:[0-9]{1,2}[.)]|[-*•])\s*")


class Parts:
    """Cuts and splits the visitor's words; all of it leaves their accents in place."""

    def __init__(self, listening: Listening) -> None:
        words = listening.answers
        self._keeps_capitals = listening.nouns_have_capitals
        self._called = any_of(words.called)
        self._leads, self._articles = leading(words.leads), leading(words.articles)
        self._trails = trailing(words.trails)
        self._before_measures = leading(words.before_measures)
        self._ends, self._place_ends = any_of(words.ends), any_of(words.place_ends)
        listed = (*words.joins, *words.then, *words.ends, *words.place_ends, *words.articles)
        self._letters = frozenset(letter for phrase_ in listed for letter in _ONE_LETTER.findall(phrase_))
        joins, then = one_of(words.joins), one_of(words.then)
        self._items = re.compile(rf"{_PARTS}(?:{joins}\s+)?|\s+{joins}\s+|\s*[/+&]\s*", re.IGNORECASE)
        # "We ask for the name and the number" is one step: what goes on with an article is no deed.
        no_thing = rf"(?!{one_of(words.articles)}\s)"
        joint = rf"{_SENTENCES}|{_PARTS}(?:{then}\s+)*|\s+{joins}\s+{no_thing}(?:{then}\s+)*"
        self._steps = re.compile(joint, re.IGNORECASE)
        self._then = re.compile(rf"{joint}|\s+{then}\s+(?:{then}\s+)*", re.IGNORECASE)
        # "And" alone tells no order.
        order = tuple(word for word in words.then if word not in words.joins)
        self.tells_an_order = any_of(order) if order else any_of(words.then)

    def bare(self, text: str) -> str:
        """The words without what leads up to them and what trails behind; they may be all there is."""
        return self.clause(self._without(self._trails, self._without(self._leads, phrase(text))))

    def measure(self, text: str) -> str:
        """The bare words of a goal, without the "if" or "that" in front of it."""
        return self.bare(self._without(self._before_measures, self.bare(text)))

    def clause(self, text: str) -> str:
        """The words as they stand inside a sentence, without the capital that a sentence begins with."""
        words = phrase(text)
        first, _, rest = words.partition(" ")
        is_noun = self._keeps_capitals and not self._articles.fullmatch(folded(first))
        if is_noun or first[1:] != first[1:].lower() or first in _FIRST_WORDS_OF_TOOLS:
            return words
        return f"{first.lower()} {rest}".strip()

    def noun(self, text: str) -> str:
        """The bare words without their article; of "a program called Dentrix" the name."""
        words = phrase(text)
        called = self._called.search(folded(words))
        words = words[called.end() :] if called else words
        return self._without(
            self._articles, self._without(self._trails, self._without(self._leads, phrase(words)))
        )

    def begins_with_an_article(self, text: str) -> bool:
        """Whether the words begin as a noun does."""
        return self._articles.match(folded(text)) is not None

    def short(self, text: str) -> str:
        """The text up to where it goes on with something else."""
        return self._up_to(self._ends, text)

    def kind(self, text: str) -> str:
        """A kind of business, without where it is and what it has."""
        first, *_ = text.split(",", maxsplit=1)
        return self.clause(self.noun(self._up_to(self._place_ends, self.noun(first))))

    def items(self, text: str) -> tuple[str, ...]:
        """The members of a list."""
        return self._distinct(self.bare(item) for item in self.pieces(text))

    def pieces(self, text: str) -> list[str]:
        """The members of a list as they were written."""
        return [piece for piece in map(phrase, self._split(self._items, text)) if piece]

    def short_items(self, text: str) -> tuple[str, ...]:
        """The members of a list of activities; nothing when it is a tale rather than a list."""
        items = self.items(text)
        # "On WhatsApp and on Instagram" are two places for one activity.
        if any(self._place_ends.match(folded(item)) for item in items):
            items = (self.bare(text),)
        is_list = all(len(item.split()) <= _MOST_WORDS_OF_AN_ITEM for item in items)
        return items if is_list else ()

    def steps(self, text: str) -> tuple[str, ...]:
        """The steps of a task; "then" parts them where nothing else does, as it may stand inside of one."""
        parts = self._split(self._steps, text)
        parts = parts if len(parts) > 1 else self._split(self._then, text)
        return self._distinct(self.bare(_NUMBERED.sub("", part)) for part in parts)

    def _is_meant(self, match: re.Match[str], text: str) -> bool:
        """Whether a word of one letter, found without its accent, is listed: "é" is no "e"."""
        letters = _ONE_LETTER.findall(text[slice(*match.span())].lower())
        return all(letter in self._letters for letter in letters)

    def _distinct(self, items: Iterable[str]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(item for item in items if item))[:MOST_ITEMS]

    def _up_to(self, end: re.Pattern[str], text: str) -> str:
        matches = (match for match in end.finditer(folded(text), 1) if self._is_meant(match, text))
        match = next(matches, None)
        return text[: match.start()] if match else text

    def _without(self, pattern: re.Pattern[str], text: str) -> str:
        match = pattern.search(folded(text))
        return phrase(text[: match.start()] + text[match.end() :]) if match else text

    def _split(self, joint: re.Pattern[str], text: str) -> list[str]:
        parts, start = [], 0
        for match in joint.finditer(folded(text)):
            if not self._is_meant(match, text):
                continue
            parts.append(text[start : match.start()])
            start = match.end()
        return [*parts, text[start:]]
