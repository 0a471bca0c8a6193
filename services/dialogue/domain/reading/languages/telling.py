"""What a visitor tells unasked in another language: each slot by the phrases the playbook lists for it."""

import re
from collections.abc import Iterable

from playbook import Listening, folded
from playbook.listening import OpenSlot, Period
from services.dialogue.domain.reading import contact
from services.dialogue.domain.reading.languages.counts import Counts
from services.dialogue.domain.reading.languages.naming import Naming
from services.dialogue.domain.reading.languages.phrasing import NAME, NAME_OF_TWO, any_of, each_of
from services.dialogue.domain.reading.languages.taking_apart import Parts
from services.dialogue.domain.reading.readers import SlotValue
from services.dialogue.domain.reading.text import Found, found, phrase, searchable, sentence_around, sentences

LARGEST_TEAM = 1_000_000
MOST_HOURS = 10_000
_MOST_WORDS_OF_A_KIND = 6
_FEWEST_STEPS = 3
_HOURS_IN: dict[Period, float] = {
    "hours_a_week": 1.0,
    "hours_a_day": 5.0,
    "hours_a_month": 0.25,
    "days_a_week": 8.0,
    "minutes_a_day": 5 / 60,
}
# "Ana Pérez, ana@...": two words with capitals right before an address; three underscores stand for it.
_SIGNED = re.compile(rf"(?:^|[.!?\n,:;]\s*)(?P<name>{NAME})\s*[,:;(-]\s*(?=_{{3}})")
_SIGNED_LOOSELY = re.compile(rf"(?:^|[.!?\n,:;]\s*)(?P<name>(?={NAME_OF_TWO}){NAME})\s+(?=_{{3}})")
# The short word that joins a business with the number of its people.
_JOINT = re.compile(r"\s+\w{1,4}$")
_Told = dict[str, Found[SlotValue]]


class Telling:
    """The patterns of one language, slot by slot."""

    def __init__(self, listening: Listening, counts: Counts, parts: Parts) -> None:
        self._counts, self._parts = counts, parts
        self._told = {slot: each_of(phrases) for slot, phrases in listening.told.items()}
        self._team = [(pattern, 1) for pattern in each_of(listening.besides_me, number=counts.counted)]
        self._team += [(pattern, 0) for pattern in each_of(listening.team, number=counts.counted)]
        self._alone = any_of(listening.alone)
        # Where every noun has a capital, two of them in a row are no name.
        signed = (_SIGNED,) if listening.nouns_have_capitals else (_SIGNED, _SIGNED_LOOSELY)
        self._name = (*each_of(listening.name), *signed)
        self._no_business = any_of(listening.no_business)
        self._hours = [
            (pattern, _HOURS_IN[period])
            for period, phrases in listening.hours.items()
            for pattern in each_of(phrases, number=counts.counted)
        ]
        self.naming = Naming(listening, parts)

    def facts(self, message: str, more_tools: tuple[str, ...]) -> _Told:
        """Everything a legible message tells in so many words."""
        text = searchable(message)
        told = self._apart(text)
        for other in tuple(told.values()):
            text = f"{text[: other.start]}{chr(10) * (other.end - other.start)}{text[other.end :]}"
        found_in: dict[str, Found[SlotValue] | None] = {
            "business_type": self._business(text),
            "name": self._called(text),
            "team_size": self.team(text),
            **self._pains(text),
            "task": self._task(text),
            "tools": self.naming.tools(text, more_tools),
            "hours_per_week": self.hours(text),
            "steps": self._course(text),
            "contact_email": contact.find_email(message),
        }
        return told | {slot: fact for slot, fact in found_in.items() if fact is not None}

    def team(self, text: str) -> Found[int] | None:
        """The size of the team where the text speaks of it."""
        plain = folded(text)
        for pattern, others in self._team:
            if match := pattern.search(plain):
                count = max(self._counts.within(match["n"])) + others
                return found(int(count), match) if 1 <= count <= LARGEST_TEAM else None
        match = self._alone.search(plain)
        return found(1, match) if match else None

    def hours(self, text: str) -> Found[float] | None:
        """The hours where a number stands with a period."""
        plain = folded(text)
        for pattern, times in self._hours:
            if match := pattern.search(plain):
                hours = round(max(self._counts.within(match["n"])) * times, 2)
                return found(hours, match) if 0 < hours <= MOST_HOURS else None
        return None

    def _apart(self, text: str) -> _Told:
        """What is told in sentences of its own, in which nothing else is looked for."""
        told: _Told = {}
        for match in self._matches("success_measure", text):
            told["success_measure"] = Found(phrase(_what(match, text)), match.start(), match.end())
            break
        for match in self._matches("out_of_scope", text):
            items = self._parts.items(_what(match, text))
            if items:
                told["out_of_scope"] = Found(items, match.start(), match.end())
                break
        return told

    def _business(self, text: str) -> Found[str] | None:
        for match in self._matches("business_type", text):
            kind = self._parts.kind(self._without_its_people(_what(match, text)))
            if self.is_business(kind):
                return found(kind, match)
        return None

    def _without_its_people(self, what: str) -> str:
        """Of "a notary's office of 22 people" the office."""
        people = self.team(what)
        return _JOINT.sub("", what[: people.start].rstrip()) if people and people.start else what

    def is_business(self, kind: str) -> bool:
        """Whether the words may name a business at all."""
        is_one = 0 < len(kind.split()) <= _MOST_WORDS_OF_A_KIND
        return is_one and not self._no_business.search(folded(kind))

    def _called(self, text: str) -> Found[str] | None:
        plain = folded(text)
        for pattern in self._name:
            for match in pattern.finditer(plain):
                return found(text[slice(*match.span("name"))].strip(" .,"), match, "name")
        return None

    def _pains(self, text: str) -> _Told:
        for match in self._matches("challenge", text):
            end = sentence_around(text, match.end() - 1).end
            told: _Told = {
                "challenge": Found(self._parts.clause(text[match.start() : end]), match.start(), end)
            }
            items = self._parts.short_items(self._parts.short(_what(match, text)))
            # How long it takes is told in the same breath and is no activity.
            if items := tuple(item for item in items if self.hours(item) is None):
                told["time_wasters"] = Found(items, match.start(), match.end())
            return told
        return {}

    def _task(self, text: str) -> Found[str] | None:
        for match in self._matches("task", text):
            if task := self._parts.bare(self._parts.short(_what(match, text))):
                return found(task, match)
        return None

    def _course(self, text: str) -> Found[tuple[str, ...]] | None:
        """A sentence that tells in which order things are done."""
        for span in sentences(text):
            said = span.of(text)
            steps = self._parts.steps(said) if self._parts.tells_an_order.search(folded(said)) else ()
            if len(steps) >= _FEWEST_STEPS and not said.rstrip().endswith("?"):
                return Found(steps, span.start, span.end)
        return None

    def _matches(self, slot: OpenSlot, text: str) -> Iterable[re.Match[str]]:
        plain = folded(text)
        for pattern in self._told.get(slot, ()):
            for match in pattern.finditer(plain):
                # A question of theirs tells nothing of them.
                if not sentence_around(text, match.start()).of(text).rstrip().endswith("?"):
                    yield match


def _what(match: re.Match[str], text: str) -> str:
    return text[slice(*match.span("what"))]
