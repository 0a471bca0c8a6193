"""The software a visitor names: known names in every language, others where tools are spoken of."""

import re

from playbook import Listening, folded
from services.dialogue.domain.reading.known_tools import AMBIGUOUS_TOOLS, TOOLS
from services.dialogue.domain.reading.languages.phrasing import any_of, each_of, one_of
from services.dialogue.domain.reading.languages.taking_apart import Parts
from services.dialogue.domain.reading.text import MOST_ITEMS, Found, sentences

_MOST_WORDS = 4
_AS_WRITTEN = {name.casefold(): name for name in (*TOOLS, *AMBIGUOUS_TOOLS)}


def _one_of(names: tuple[str, ...], flags: int) -> re.Pattern[str]:
    spelled = "|".join(
        re.escape(name).replace(r"\ ", r"\s+") for name in sorted(names, key=len, reverse=True)
    )
    return re.compile(rf"(?<![\w-])(?:{spelled})(?![\w-])", flags)


_KNOWN = _one_of(TOOLS, re.IGNORECASE)
# These are everyday words too, so they count only with their capital and where tools are spoken of.
_AMBIGUOUS = _one_of(AMBIGUOUS_TOOLS, 0)


class Naming:
    """Finds tools in one language."""

    def __init__(self, listening: Listening, parts: Parts) -> None:
        self._parts = parts
        self._used = each_of(listening.told.get("tools", ()))
        self._nothing = re.compile(
            rf"\W*(?:{one_of(listening.reactions.bare_no)}|{one_of(listening.answers.skips)})", re.IGNORECASE
        )
        self._not_used = any_of(listening.not_used)

    def tools(self, text: str, more: tuple[str, ...]) -> Found[tuple[str, ...]] | None:
        """The tools told unasked: known names, `more` among them, and proper names after "we use"."""
        names: list[str] = []
        told = []
        for span in sentences(text):
            sentence = span.of(text)
            named = [] if self._not_used.search(folded(sentence)) else self._named_in(sentence, more)
            if named:
                told.append(span)
                names += named
        return Found(_distinct(names), told[0].start, told[-1].end) if told else None

    def says_used(self, text: str) -> bool:
        """Whether a text tells what is used."""
        plain = folded(text)
        return any(pattern.search(plain) for pattern in self._used)

    def listed(self, text: str) -> tuple[str, ...]:
        """The tools of an answer: every short item of it."""
        if self._not_used.search(folded(text)):
            return ()
        names: list[str] = []
        for piece in self._parts.pieces(text):
            if self._nothing.match(folded(piece)):
                continue
            known = [_as_written(match.group()) for match in _KNOWN.finditer(piece)]
            item = _as_written(self._parts.noun(piece))
            names += known or ([item] if item and len(item.split()) <= _MOST_WORDS else [])
        return _distinct(names)

    def _named_in(self, sentence: str, more: tuple[str, ...]) -> list[str]:
        known = [_as_written(match.group()) for match in _KNOWN.finditer(sentence)]
        known += [name for name in more if _one_of((name,), re.IGNORECASE).search(sentence)]
        plain = folded(sentence)
        used = next((match for pattern in self._used if (match := pattern.search(plain))), None)
        if used is None:
            return known
        known += [match.group() for match in _AMBIGUOUS.finditer(sentence)]
        items = map(self._parts.noun, self._parts.pieces(sentence[slice(*used.span("what"))]))
        # "Teams" inside "Microsoft Teams" is no tool of its own.
        return known + [item for item in items if _is_proper(item) and not _KNOWN.search(item)]


def _is_proper(item: str) -> bool:
    words = item.split()
    return 0 < len(words) <= 3 and all(word[0].isupper() or word[0].isdigit() for word in words)


def _as_written(name: str) -> str:
    """The name as its maker writes it, where we know it."""
    return _AS_WRITTEN.get(" ".join(name.split()).casefold(), name)


def _distinct(names: list[str]) -> tuple[str, ...]:
    return tuple({name.casefold(): name for name in reversed(names)}.values())[::-1][:MOST_ITEMS]
