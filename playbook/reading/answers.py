"""An answer at its word: without what only leads to it; a list cut into its items; and words compared."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from playbook.lexicon import NUMBER, Lexicon, Phrases, plain
from playbook.reading.text import OPAQUE, Part, is_only

_BULLETS: Final = re.compile(r"(?m)^\s*(?:[-*\u2022]|\d{1,2}[.)])\s+")
_SEPARATORS: Final = re.compile(
    rf"\s*(?:{NUMBER}+[.)](?=\s)|[,;\n\u2022\uff0c\u3001]|->|\u2192|=>|/(?=\s))\s*"
)
_WORD: Final = re.compile(r"\w{3,}")
_STEM: Final = 5
_LONGEST_TOOL_WORDS: Final = 3


def without_courtesies(part: Part, lexicon: Lexicon) -> Part:
    """Without greetings, interjections and joining words at both ends."""
    words = lexicon.answers
    leads = (*_greetings(lexicon), words.joins)
    return _without_ends(_without_leads(part, leads, lexicon), (words.courtesies, lexicon.intents["thank"]))


def named(part: Part, lexicon: Lexicon) -> Part:
    """The thing itself: `bakery` of `well, we run a bakery`."""
    words = lexicon.answers
    bare = _without_leads(part, (*_greetings(lexicon), words.joins, words.light, words.articles), lexicon)
    return _without_ends(bare if bare.raw else part, (words.courtesies, lexicon.intents["thank"]))


def items_in(parts: Iterable[Part], lexicon: Lexicon, *, are_steps: bool) -> list[str]:
    """What is listed, item by item, each without its subject or its article."""
    items, words = list[str](), lexicon.answers
    others = (words.light, words.articles, *_greetings(lexicon))
    leads = (words.subjects, words.courtesies) if are_steps else others
    for part in parts:
        for item in _split(part, words.splits if are_steps else words.joins):
            tidy = _without_ends(_without_leads(item, leads, lexicon), (words.courtesies,))
            if len(tidy.raw) > 1 and OPAQUE not in tidy.masked and not _is_light(tidy, lexicon):
                items.append(tidy.raw)
    return [*dict.fromkeys(items)]


def is_empty(part: Part, lexicon: Lexicon) -> bool:
    """Whether it says nothing of anybody's work."""
    return is_only(part.masked, lexicon.polite) or OPAQUE * 3 in part.masked


def is_plain(part: Part, phrases: Phrases, lexicon: Lexicon) -> bool:
    """Whether nothing but this, courtesies aside, is said."""
    text = part.masked
    for polite in (lexicon.intents["greet"], lexicon.intents["thank"]):
        text = polite.blanked_in(text)
    return phrases.search(text) is not None and is_only(text, (phrases, lexicon.answers.courtesies))


def stems(text: str) -> frozenset[str]:
    """The beginnings of the words that carry the meaning."""
    return frozenset(word[:_STEM] for word in _WORD.findall(plain(text)))


def the_one_meant(said: str, items: Sequence[str]) -> str | None:
    """The one item that shares more words with this than any other, None where it is not clear."""
    wanted = stems(said)
    shared = {item: len(wanted & stems(item)) for item in items}
    most = max(shared.values(), default=0)
    best = [item for item, count in shared.items() if count == most]
    return best[0] if most and len(best) == 1 else None


def tool_names(part: Part, names: re.Pattern[str]) -> list[str]:
    """The known names in a text, as they are written."""
    return [part.raw[match.start() : match.end()] for match in names.finditer(part.masked)]


def is_short_name(text: str) -> bool:
    """Whether it is short enough for the name of a program."""
    return len(text.split()) <= _LONGEST_TOOL_WORDS


def _is_light(part: Part, lexicon: Lexicon) -> bool:
    words = lexicon.answers
    return is_only(part.masked, (*lexicon.polite, words.light, words.articles, words.joins, words.same))


def _greetings(lexicon: Lexicon) -> tuple[Phrases, ...]:
    return (lexicon.intents["greet"], lexicon.intents["thank"], lexicon.answers.courtesies, lexicon.agrees)


def _without_leads(part: Part, groups: Sequence[Phrases], lexicon: Lexicon) -> Part:
    """Without these at the beginning; a no goes only where a sign parts it from the rest."""
    while True:
        ends = [match.end() for group in groups if (match := group.begin(part.masked)) and match.end()]
        refusal = lexicon.refuses.begin(part.masked)
        if refusal and part.masked[refusal.end() :].startswith((",", ".", "!", ";")):
            ends.append(refusal.end())
        if not ends or _is_acronym(part.raw[: max(ends)]):
            return part
        part = part.cut(max(ends), len(part.raw))


def _is_acronym(said: str) -> bool:
    """`IT` of `we're an IT service provider` is no pronoun."""
    return said.strip().isupper() and len(said.strip()) > 1


def _without_ends(part: Part, groups: Sequence[Phrases]) -> Part:
    while starts := [
        match.start()
        for group in groups
        for match in group.all_in(part.masked)
        if match.end() == len(part.raw) and match.start() > 0
    ]:
        part = part.cut(0, min(starts))
    return part


def _split(part: Part, words: Phrases) -> Iterator[Part]:
    text = _BULLETS.sub(lambda match: "\n" * len(match.group()), part.masked)
    matches = [*_SEPARATORS.finditer(text), *words.all_in(text)]
    yield from part.split(match.span() for match in matches)
