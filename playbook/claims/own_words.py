"""How far somebody's own words carry a value: as it stands, in other words, or not at all."""

import re
from typing import Final

from playbook.claims.normal import folded, visible
from playbook.claims.quantities import numbers, quantities, written

_WORD: Final = re.compile(r"\w+")
_STEM: Final = 4
_ONE: Final = "1|one|an?|ein(?:e[mnrs]?)?|una?|une|uma?"
_ONE_OF: Final = re.compile(rf"(?<![\w.,])(?:{_ONE})\s+(?P<noun>[^\W\d_]{{3,}})")
_SHORTEST_NOUN, _LONGEST_NOUN = 3, 6
_NO_PARTICLE: Final = re.compile(r"^\S+|\S{4,}|\S+$")


def holds(text: str, words: str) -> bool:
    """Whether the words stand in a text; blanks, case, accents and the ornaments of quotes do not count."""
    wanted = _compact(words)
    return bool(wanted) and wanted in _compact(text)


def shares_a_word(one: str, other: str) -> bool:
    """Whether two texts have the stem of a word in common."""
    return not _stems(one).isdisjoint(_stems(other))


def means_the_same(one: str, other: str) -> bool:
    """Whether two names mean one thing: the longer one says most of what the shorter says."""
    shorter, longer = sorted((_weighty(one), _weighty(other)), key=len)
    return len(shorter & longer) * 2 > len(shorter) or shorter <= longer


def has_other_figures(value: str, text: str) -> bool:
    """Whether a value has a figure that the text has not; "within one hour" is said of 1 hour."""
    said = folded(text)
    named = numbers(counting_as(said, folded(value)))
    return bool(named and named - numbers(said) - {written(each.value) for each in quantities(said)})


def counting_as(source: str, text: str) -> str:
    """A folded text with one of a thing as the source says it: `1 day` of whoever said "a day"."""
    for match in reversed([*_ONE_OF.finditer(text)]):
        noun = match["noun"]
        stem = noun[: max(_SHORTEST_NOUN, min(_LONGEST_NOUN, len(noun) - 2))]
        told = re.search(rf"(?<![\w.,])(?<!half )(?:{_ONE})\s+{re.escape(stem)}[^\W\d_]{{0,3}}(?!\w)", source)
        if told:
            text = f"{text[: match.start()]}{told.group()}{text[match.end() :]}"
    return text


def as_a_name(words: str) -> str:
    """A name that was written in small letters alone; particles within it stay small, `McCoy` as it is."""
    return _NO_PARTICLE.sub(lambda word: word.group().title(), words) if words.islower() else words


def _weighty(text: str) -> frozenset[str]:
    """The stems of the words that carry the meaning, which are seldom the short ones."""
    return frozenset(stem for stem in _stems(text) if len(stem) == _STEM) or _stems(text)


def _stems(text: str) -> frozenset[str]:
    return frozenset(word[:_STEM] for word in _WORD.findall(folded(text)))


def _compact(text: str) -> str:
    return "".join(sign for sign in folded(visible(text)) if sign.isalnum() or sign in "@.+_-")
