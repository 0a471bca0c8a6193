"""The words by which the guided conversation understands a language.

A phrase is written as people say it: `(a|b)` for either, `(a )?` for what may be missing, `(a )*` for
what may be repeated, `*` for any ending, `...` for up to six words, `^` and `$` for the ends of a clause,
`{n}` for a number. Accents and capitals do not matter.
"""

import re
import unicodedata
from collections.abc import Mapping
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Final, Literal, Self

from pydantic import ConfigDict, RootModel, model_validator

from playbook.files import InvalidPlaybook, read_sections
from playbook.section import NonEmpty, Section

NUMBER: Final = "\ue000"
"""Stands for each letter of a number in a text that phrases are looked for in."""

_TOOLS: Final = Path(__file__).parent / "lexicon" / "tools.yaml"
_SIGNS: Final = str.maketrans(
    "\u2019\u2018\u00b4\u201c\u201d\u2013\u2014\u2212\u00a0\u202f\u2009", "'''\"\"---   "
)
_PART: Final = re.compile(r"\)\*|\.{3}\s+|\{n\}\s*|\s+|[()|?^$*]|[^\s()|?*^${}]+")
_EDGE: Final = r",;:.!?()\n\"\u00bf\u00a1\u2026-"
_REGEX: Final = {
    "(": "(?:",
    ")*": ")*",
    "*": r"\w*",
    "^": rf"(?:^|(?<=[{_EDGE}]))\s*",
    "$": rf"(?=\s*(?:[{_EDGE}]|$))",
}


def plain(text: str) -> str:
    """The text without capitals, accents and curly signs; no letter moves, so that places still hold."""
    if text.isascii():
        return text.lower()
    return "".join(map(_plain_sign, text.translate(_SIGNS)))


def _plain_sign(sign: str) -> str:
    lower = unicodedata.normalize("NFKC", sign).lower()
    # A raised digit is no number.
    if len(lower) != 1 or (sign.isdigit() and not sign.isdecimal()):
        return sign
    return unicodedata.normalize("NFD", lower)[0]


class Phrases(RootModel[tuple[NonEmpty, ...]]):
    """Phrases that mean the same."""

    model_config = ConfigDict(frozen=True)

    # Compiled when first looked for: most processes never read a visitor.
    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return _compiled(self.root)

    @model_validator(mode="after")
    def _is_written_well(self) -> Self:
        if wrong := [phrase for phrase in self.root if not is_written_well(phrase)]:
            raise ValueError(
                f"{', '.join(wrong)} cannot be read as phrases: a bracket, a brace or a ? is out of place"
            )
        return self

    def search(self, text: str) -> re.Match[str] | None:
        """The first place in a plain text where one of them stands."""
        return self._pattern.search(text)

    def all_in(self, text: str) -> list[re.Match[str]]:
        """Every place where one of them stands."""
        return list(self._pattern.finditer(text))

    def blanked_in(self, text: str) -> str:
        """The text with blanks in their place; nothing else moves."""
        return self._pattern.sub(lambda match: " " * len(match.group()), text)

    def begin(self, text: str) -> re.Match[str] | None:
        """Where one of them begins the text."""
        return self._pattern.match(text)


def is_written_well(phrase: str) -> bool:
    """Whether a phrase can be read: known signs alone, brackets that close, something before each `?`."""
    text = plain(phrase.strip())
    parts = _PART.findall(text)
    depth, before = 0, ""
    for part in parts:
        depth += {"(": 1, ")": -1}.get(part[0], 0)
        if depth < 0 or (part == "?" and (before in {"", "(", "|", "?"} or before.startswith("..."))):
            return False
        before = part
    return depth == 0 and "".join(parts) == text


# A playbook is read again and again in tests, and its phrases stay the same.
@lru_cache(maxsize=2048)
def _compiled(phrases: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted(phrases, key=len, reverse=True)
    return re.compile("|".join(f"(?:{_as_regex(phrase)})" for phrase in longest_first) or r"(?!)")


def _as_regex(phrase: str) -> str:
    text = plain(phrase.strip())
    regex, groups = list[str](), list[bool]()
    for match in _PART.finditer(text):
        part, after = match.group(), text[match.end() : match.end() + 1]
        if part == "(":
            groups.append(after == " ")
        is_repeated = part.startswith(")") and groups and (groups.pop() or text[match.start() - 1] == " ")
        # Only a group with a blank at its edge can follow itself; behind another one the star is any ending.
        regex.append(r")\w*" if part == ")*" and not is_repeated else _part(part))
    return rf"(?<!\w){''.join(regex)}(?!\w)"


def _part(part: str) -> str:
    if part.startswith("..."):
        return rf"(?:[\w'{NUMBER}-]+[\s,]+){{0,6}}?"
    if part.startswith("{n}"):
        return rf"{NUMBER}+" + (r"[\s,-]*" if part != "{n}" else "")
    if part.isspace():
        return r"[\s,]+"
    return _REGEX.get(part, part if part in ")|?" else re.escape(part))


class NumberWords(Section):
    """What stands around numbers.

    `fillers` may stand beside a number that counts what was asked for. A number in the same clause as `past`,
    with no word of the `present` before it, or after `not_before` no longer holds; one after `bounds` is no
    amount. A sentence with one of `times_of_day` tells when, unless it says what its numbers count.
    """

    fillers: Phrases
    past: Phrases
    present: Phrases
    bounds: Phrases
    times_of_day: Phrases
    not_before: Phrases
    ranges: Phrases
    between: Phrases
    between_and: Phrases


class TeamWords(Section):
    """How people are counted: `staff` work there, `people` only where they were asked for or `we_are` leads.

    Behind `we` a number that nothing follows counts people, too; `they_are` may speak of hours as well.

    In a sum, `me` and what `one_person` begins count one each; `adds` joins them,
    `includes` says that they are counted already. `others` are no team.
    """

    people: Phrases
    staff: Phrases
    we: Phrases
    we_are: Phrases
    they_are: Phrases
    alone: Phrases
    me: Phrases
    adds: Phrases
    includes: Phrases
    one_person: Phrases
    others: Phrases


class HourWords(Section):
    """How hours are counted.

    A period that `rate` begins is that of something else; `elsewhere` says that they are no work on the task,
    of days that `weekdays` name it is not known how many are meant.
    """

    hour: Phrases
    minute: Phrases
    one: Phrases
    half_before: Phrases
    half_after: Phrases
    periods: Mapping[Literal["day", "week", "month"], Phrases]
    rate: Phrases
    days: Phrases
    weekdays: Phrases
    elsewhere: Phrases


class NameWords(Section):
    """How people say their name; behind `i_am` it has two words with capitals."""

    my_name_is: Phrases
    i_am: Phrases
    particles: Phrases
    no_name: Phrases


class AnswerWords(Section):
    """What is taken off an answer, and what makes a sentence none.

    `courtesies` say nothing of anybody's work, `light` words only lead to it. `complaints` drop their
    sentence, and so do `said_before` and, of a proposal, `ours`. `same` is a pronoun. `subjects` begin a
    clause of a tale; names are told apart by `joins`. `the_one` beside the name of a maker stands for their
    program. `keeps` says that something stays with people, `uses` that programs are used. `reactions` only
    judge what was said before. `runs` begins the clause that says what the business is, `needs` is in none.
    """

    courtesies: Phrases
    light: Phrases
    articles: Phrases
    subjects: Phrases
    joins: Phrases
    same: Phrases
    the_one: Phrases
    said_before: Phrases
    ours: Phrases
    uses: Phrases
    runs: Phrases
    keeps: Phrases
    needs: Phrases
    reactions: Phrases
    complaints: Phrases


class LineWords(Section):
    """What is written behind the number of a line: that it is to be `empty`, or `without` an item.

    `out` says of a program that it is used no more. `be` stands between the name of a line and what it is to
    say; behind what it is not, `instead` does.
    """

    be: Phrases
    instead: Phrases
    empty: Phrases
    without: Phrases
    out: Phrases


IntentName = Literal[
    "accept", "decline", "stop", "take_leave", "want_demo", "want_person", "want_change", "object", "skip",
    "greet", "thank", "correct", "no_questions",
]  # fmt: skip


class Lexicon(Section):
    """Everything the reader knows of one language.

    `agrees` and `refuses` decide where nothing else is said. `asks` begin a question, `question_words` one
    that is marked as such. `asks_what_is_noted` asks whether something that was said before was understood.
    `parts` names the numbered lines, `orders` begin what is to be done to one. `moves_demo` says, once a
    link was given, that its day does not suit. `facts` are words of questions, by the ids of the facts
    that answer them, `unknown` where none does; `prices` are those of the tiers, from the catalogue.
    `known_tools` are read anywhere, `everyday_tools` only with a capital where tools were asked for.
    """

    intents: Mapping[IntentName, Phrases]
    agrees: Phrases
    refuses: Phrases
    contrasts: Phrases
    negations: Phrases
    asks: Phrases
    question_words: Phrases
    asks_what_is_noted: Phrases
    choose: Phrases
    parts: Mapping[NonEmpty, Phrases]
    facts: Mapping[NonEmpty, Phrases]
    prices: Mapping[NonEmpty, int] = {}
    numbers: NumberWords
    team: TeamWords
    hours: HourWords
    names: NameWords
    answers: AnswerWords
    orders: Phrases
    moves_demo: Phrases
    lines: LineWords
    known_tools: tuple[NonEmpty, ...]
    everyday_tools: tuple[NonEmpty, ...]

    @cached_property
    def numbered_tools(self) -> re.Pattern[str]:
        """The names of programs that hold a number, in a plain text."""
        names = [plain(name) for name in self.known_tools if any(map(str.isdigit, name))]
        return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, names)) or '(?!)'})(?!\w)")

    @property
    def polite(self) -> tuple[Phrases, ...]:
        """What says nothing of anybody's work."""
        words = self.intents
        return (
            words["greet"], words["thank"], words["correct"],
            self.answers.courtesies, self.agrees, self.refuses,
        )  # fmt: skip

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        missing = {*IntentName.__args__} - self.intents.keys()  # type: ignore[attr-defined]
        if missing:
            raise ValueError(f"intents lack {', '.join(sorted(missing))}")
        return self


def read_lexicon(folder: Path, named: object) -> dict[str, object]:
    """The sections of the lexicon that a playbook names, with the names of tools.

    Raises:
        InvalidPlaybook: none is named, or the file is missing or is no YAML with sections.
    """
    if not isinstance(named, str):
        raise InvalidPlaybook("playbook is not valid: lexicon: name the file with the words of the language")
    return {**read_sections(_TOOLS, "lexicon"), **read_sections(folder / named, "lexicon")}
