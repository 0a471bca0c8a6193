"""How a language is understood without a model: the phrases by which its speakers tell things.

A phrase is written as people say it, with few signs: `(a|b)` for either, `(a )?` for what may be missing,
`(a )*` for what may be repeated, `*` after a word for any ending, `.` for the end of a clause, `^` and `$`
for the ends of the message, and braces for what is read. Accents and capitals do not matter, so that they may
be left out by whoever types in a hurry.
"""

import re
import unicodedata
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from playbook.section import NonEmpty, Section, placeholders

_LITERAL = re.compile(r"\)\*|[^\s()|?*{}^$.]+|\s+|\{\w+\}|[()|?*^$.]")
_SIGNS = {"(": "(?:", ")*": ")*", "*": r"\w*", "^": r"^\W*", "$": r"\W*$", ".": r"(?=\s*(?:[.,;:!?)]|$))"}
_READ = frozenset({"n", "what", "name"})

Period = Literal["hours_a_week", "hours_a_day", "hours_a_month", "days_a_week", "minutes_a_day"]
OpenSlot = Literal["business_type", "challenge", "task", "success_measure", "tools", "out_of_scope"]


def folded(text: str) -> str:
    """The text without accents; no letter moves, so that places found in it hold in the text too."""
    return text if text.isascii() else "".join(unicodedata.normalize("NFD", sign)[0] for sign in text)


def as_regex(phrase: str, fills: Mapping[str, str]) -> str:
    """The phrase as a regular expression over folded text; `fills` says what stands for the braces."""
    parts = (_part(match.group(), fills) for match in _LITERAL.finditer(folded(phrase.strip())))
    return rf"(?<!\w){''.join(parts)}(?!\w)"


def _part(part: str, fills: Mapping[str, str]) -> str:
    if part.isspace():
        return r"\s+"
    if part.startswith("{"):
        return fills[part.strip("{}")]
    return _SIGNS.get(part, part if part in "()|?" else re.escape(part))


def _compiles(phrase: str) -> str:
    if unknown := placeholders(phrase) - _READ:
        raise ValueError(f"{phrase!r} names {', '.join(sorted(unknown))}; known are n, name, what")
    try:
        re.compile(as_regex(phrase, dict.fromkeys(_READ, ".")))
    except re.error as error:
        raise ValueError(f"{phrase!r} is no phrase: {error}") from error
    return phrase


Phrase = Annotated[NonEmpty, AfterValidator(_compiles)]
Phrases = Annotated[tuple[Phrase, ...], Field(min_length=1)]


class NumberWords(Section):
    """Numbers in words, from which the others are put together.

    `compounds` tell how a ten and a one are joined (`{tens}`, `{ones}`), `after_hundreds` what stands between
    a hundred and the rest, `ranges` what stands between the two ends of a range, `no_count` what makes a
    number money or a share.
    """

    ones: Mapping[NonEmpty, int]
    tens: Mapping[NonEmpty, int]
    hundreds: Mapping[NonEmpty, int]
    others: Mapping[NonEmpty, float]
    compounds: tuple[str, ...] = Field(min_length=1)
    after_hundreds: tuple[str, ...] = Field(min_length=1)
    ranges: Phrases
    roughly: Phrases
    no_count: Phrases


class Reactions(Section):
    """What the visitor makes of what we say.

    `negations` void a yes that follows them, `negations_after` one that they follow. `doubts` are words that
    a yes is seldom made of: without any of them a short answer to a question for a yes is taken for one;
    where none are listed, no unknown words are. What stands behind one of `contrasts` outweighs a yes before
    it.
    """

    declines: Phrases
    bare_no: Phrases
    reluctant: Phrases
    accepts: Phrases
    weak_yes: Phrases
    negations: Phrases
    negations_after: tuple[Phrase, ...] = ()
    doubts: tuple[Phrase, ...] = ()
    contrasts: tuple[Phrase, ...] = ()
    no_change: Phrases
    wishes: Phrases
    wants_demo: Phrases
    thanks: Phrases
    greets: Phrases


class Questions(Section):
    """What the visitor asks us; `about_us` tells an objection from news of the visitor."""

    person: Phrases
    bot: Phrases
    price: Phrases
    opens: Phrases
    about_us: Phrases


class Answers(Section):
    """How an answer is taken apart.

    `leads` are dropped in front of it and `trails` behind it, `articles` where a bare noun is wanted,
    `before_measures` where a goal is; `ends`
    cut what was told short, `place_ends` a kind of business; `joins` and `then` part a list and the steps of
    a task; `called` stands before a name.
    """

    skips: Phrases
    empty: Phrases
    corrects: Phrases
    leads: Phrases
    before_measures: Phrases
    articles: Phrases
    trails: Phrases
    ends: Phrases
    place_ends: Phrases
    joins: Phrases
    called: Phrases
    then: Phrases
    first_one: Phrases
    second_one: Phrases
    that_one: Phrases


def _reads_a_number(phrase: str) -> str:
    if "n" not in placeholders(phrase):
        raise ValueError(f"{phrase!r} must read {{n}}")
    return phrase


class Savings(Section):
    """How a goal tells the hours a week that are won; only a goal of nothing but these is believed.

    `targets` tell what remains and `saved` what is won; both read `{n}`, in `saved` only with one of `units`.
    `{what}` in a target is a number, too: what it takes today. `half` is half of the hours. `leads` may stand
    before any of them and `tails` behind, word by word; `about` before a number, `weekly` behind it.
    """

    leads: Phrases
    tails: Phrases
    about: Phrases
    units: Phrases
    weekly: Phrases
    targets: Annotated[tuple[Annotated[Phrase, AfterValidator(_reads_a_number)], ...], Field(min_length=1)]
    saved: Annotated[tuple[Annotated[Phrase, AfterValidator(_reads_a_number)], ...], Field(min_length=1)]
    half: Phrases


class Listening(Section):
    """All phrases of a language.

    `told` has, slot by slot, the ways a fact is told unasked, with `{what}`; `team` and `hours` read `{n}`,
    as does `besides_me`, which counts all but the visitor; `alone` is a team of one; `name` reads `{name}`;
    `savings` tell what a goal wins, `leave_out` what a proposal is to do without. `no_business` are things
    one has that are no business; `not_used` tells that tools named beside it are not used. Where nouns have
    capitals, one in front of an answer is kept.
    """

    numbers: NumberWords
    reactions: Reactions
    questions: Questions
    answers: Answers
    told: Mapping[OpenSlot, Phrases]
    team: Phrases
    besides_me: Phrases
    alone: Phrases
    name: Phrases
    hours: Mapping[Period, Phrases]
    savings: Savings
    leave_out: Phrases
    no_business: Phrases
    not_used: Phrases
    nouns_have_capitals: bool = False

    @cached_property
    def _fingerprint(self) -> int:
        return hash(self.model_dump_json())

    def __hash__(self) -> int:
        """By content, so that what is compiled from the phrases can be kept."""
        return self._fingerprint
