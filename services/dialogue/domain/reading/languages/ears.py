"""Reads answers and corrections in another language, and joins all its readers."""

import re
from collections.abc import Callable, Mapping, Sequence

from contracts.values import Profile
from playbook import Listening, folded, once_for_each
from services.dialogue.domain.reading.along import Ear, measure_along
from services.dialogue.domain.reading.languages.counts import Counts
from services.dialogue.domain.reading.languages.phrasing import any_of, leading, one_of, whole
from services.dialogue.domain.reading.languages.taking_apart import Parts
from services.dialogue.domain.reading.languages.telling import LARGEST_TEAM, MOST_HOURS, Telling
from services.dialogue.domain.reading.readers import NUMBERS, Asked, Findings, SlotValue, value_of
from services.dialogue.domain.reading.text import Found, Span, clauses, sentences
from services.dialogue.domain.reading.ways import Ways

_MORE_TO_READ = frozenset({"tools", "steps", "time_wasters", "challenge"})
_ONE_BREATH = frozenset({"challenge", "time_wasters", "task"})
_MOST_WORDS_OF_A_SKIP = 12
_FEWEST_WORDS_OF_ONE_STEP = 4
_FEWEST_WORDS_OF_A_MEASURE = 2

Answered = dict[str, SlotValue | None]


class Ears:
    """One language, understood by its phrases."""

    def __init__(self, listening: Listening) -> None:
        words = listening.answers
        self._counts, self._parts = Counts(listening.numbers), Parts(listening)
        self._telling = Telling(listening, self._counts, self._parts)
        self._alone = any_of(listening.alone)
        self._skips, self._empty, self._corrects = (
            any_of(words.skips),
            whole((*words.empty, *listening.reactions.greets)),
            any_of(words.corrects),
        )
        self._pointing = (whole(words.first_one), whole(words.second_one))
        self._that_one = whole(words.that_one)
        self._ear = Ear(
            counts=lambda text: bool(self._counts.within(folded(text))),
            is_plainly_hours=lambda text: self._telling.hours(text) is not None,
            is_skip=self.is_skip,
            may_be=self._may_be_a_measure,
            may_be_half=lambda text: self._goes_on.search(folded(text)) is not None,
            may_stand_alone=lambda _: False,
            measure=self._measure_behind_and,
        )
        one = self._counts.one
        self._says_no = re.compile(rf"\W*{one_of(listening.reactions.bare_no)}\s*,", re.IGNORECASE)
        self._goes_on = leading(words.joins)
        # "3 cooks and 2 waiters" are five.
        self._added = re.compile(rf"{one}\s+\w+\s*(?:,|\s\w{{1,3}})\s+{one}\s+\w+", re.IGNORECASE)

    def plainly_told(self, message: str, more_tools: tuple[str, ...]) -> dict[str, Found[SlotValue]]:
        """What is told in so many words, whatever was asked."""
        return self._telling.facts(message, more_tools)

    def answers_in(
        self, text: str, plain: Findings, profile: Profile, asked: Asked
    ) -> dict[str, Found[SlotValue]]:
        """What answers the question, read from the part of the message that tells nothing else."""
        slot = asked.slot
        if slot is None:
            return self._introduced(text, plain, profile, asked)
        if slot in plain and slot not in _MORE_TO_READ:
            return {}
        kept = self._telling_something(text, self._unexplained(text, plain, asked, slot))
        rest = " ".join(span.of(text).strip() for span in kept)
        if not kept or self._is_no_answer(slot, rest):
            return {}
        named = (*_items(value_of(profile, "time_wasters")), *_items(_told(plain, "time_wasters")))
        answers = self._answer(slot, rest, named)
        start, end = kept[0].start, kept[-1].end
        return {
            name: Found(value, start, end)
            for name, value in answers.items()
            if value and (name not in plain or (name == slot and name != "challenge"))
        }

    def _introduced(
        self, text: str, plain: Findings, profile: Profile, asked: Asked
    ) -> dict[str, Found[SlotValue]]:
        """The business of who begins with a noun and a number: "Hello, a dental clinic, twelve of us"."""
        if profile.business_type or "business_type" in plain:
            return {}
        kept = self._telling_something(text, self._unexplained(text, plain, asked, "business_type"))
        if len(kept) != 1 or kept[0].of(text).rstrip().endswith("?"):
            return {}
        said = kept[0].of(text)
        if self._empty.fullmatch(folded(said)):
            return {}
        is_presented = "team_size" in plain or self._parts.begins_with_an_article(said)
        kind = self._parts.kind(self._parts.short(said))
        is_business = is_presented and self._telling.is_business(kind)
        return {"business_type": Found(kind, kept[0].start, kept[0].end)} if is_business else {}

    def _telling_something(self, text: str, spans: list[Span]) -> list[Span]:
        """The clauses without greetings and other courtesies, unless they are all there is."""
        telling = [span for span in spans if not self._empty.fullmatch(folded(span.of(text)))]
        return telling or spans

    def _unexplained(self, text: str, plain: Findings, asked: Asked, slot: str) -> list[Span]:
        """The clauses where nothing else was told, without asides and questions; an unsure number stays."""
        questions = [span for span in sentences(text) if span.of(text).rstrip().endswith("?")]
        taken = [
            Span(told.start, told.end)
            for name, told in plain.items()
            if not self._leaves_room(name, slot, text[told.start : told.end])
        ]
        taken += [*asked.asides, *([] if slot in NUMBERS else questions)]
        return [
            span
            for span in clauses(text)
            if not any(span.overlaps(other.start, other.end) for other in taken)
        ]

    def _leaves_room(self, name: str, slot: str, words: str) -> bool:
        """Whether an answer may stand where something else was told: a tool in passing, two in one breath."""
        in_passing = name == "tools" and not self._telling.naming.says_used(words)
        return name == slot or in_passing or (slot in _ONE_BREATH and name in _ONE_BREATH)

    def _is_no_answer(self, slot: str, text: str) -> bool:
        plain = folded(text)
        if slot == "task" and self._that_one.fullmatch(plain):
            return False
        return bool(self._empty.fullmatch(plain)) or (slot not in NUMBERS and self.is_skip(text))

    def is_correction(self, text: str) -> bool:
        """Whether the visitor takes something back."""
        return self._corrects.search(folded(text)) is not None

    def corrected(self, text: str, plain: Findings, asked: Asked) -> dict[str, Found[SlotValue]]:
        """What a correction replaces when it does not name it: the last number, or the last thing told."""
        if any(slot in plain for slot in NUMBERS):
            return self._put_right_at_once(text, plain)
        wants_number = bool(numbers := self._counts.within(folded(text)))
        told = reversed(asked.told) if wants_number else iter(asked.told)
        slot = next((slot for slot in told if (slot in NUMBERS) == wants_number), None)
        if slot is None or slot in plain:
            return {}
        match = self._corrects.search(folded(text))
        said = text[match.end() :] if match and not wants_number else text
        answer = numbers[-1] if wants_number else self._answer(slot, said, ()).get(slot)
        value = int(answer) if slot == "team_size" and isinstance(answer, float) else answer
        return {slot: Found(value, 0, len(text))} if value else {}

    def _put_right_at_once(self, text: str, plain: Findings) -> dict[str, Found[SlotValue]]:
        """The number behind "I mean" where the one before it was told in the same message."""
        match = self._corrects.search(folded(text))
        told = [(slot, fact) for slot, fact in plain.items() if slot in NUMBERS]
        if match is None or len(told) != 1 or told[0][1].end > match.start():
            return {}
        slot, _ = told[0]
        numbers = self._counts.stated(folded(text)[match.end() :])
        value = int(numbers[0]) if numbers and slot == "team_size" else next(iter(numbers), None)
        return {slot: Found(value, match.start(), len(text))} if value else {}

    def measure_along(self, text: str, asides: tuple[Span, ...]) -> Found[str] | None:
        """The measure that was told beside the hours, where both were asked in one breath."""
        return measure_along(text, asides, self._ear)

    def is_skip(self, text: str) -> bool:
        """Whether the visitor would rather not answer, or cannot."""
        return len(text.split()) <= _MOST_WORDS_OF_A_SKIP and bool(self._skips.search(folded(text)))

    def _answer(self, slot: str, text: str, named: Sequence[str]) -> Answered:
        read: Mapping[str, Callable[[], Answered]] = {
            "team_size": lambda: {slot: self._people(text)},
            "hours_per_week": lambda: {slot: self._hours(text)},
            "business_type": lambda: {slot: self._parts.kind(self._parts.short(text))},
            "challenge": lambda: self._pain(text),
            "task": lambda: {slot: self._task(text, named)},
            "steps": lambda: {slot: self._steps(text)},
            "tools": lambda: {slot: self._telling.naming.listed(text)},
            "success_measure": lambda: {slot: self._measure(text)},
        }
        return read[slot]() if slot in read else {}

    def _people(self, text: str) -> int | None:
        if told := self._telling.team(text):
            return told.value
        plain = folded(text)
        if added := self._added.search(plain):
            return int(sum(self._counts.within(added.group())))
        if numbers := self._counts.stated(plain):
            return int(max(numbers)) if 1 <= max(numbers) <= LARGEST_TEAM else None
        return 1 if self._alone.search(plain) else None

    def _hours(self, text: str) -> float | None:
        if told := self._telling.hours(text):
            return told.value
        hours = max(self._counts.stated(folded(text)), default=0.0)
        return hours if 0 < hours <= MOST_HOURS else None

    def _pain(self, text: str) -> Answered:
        return {
            "challenge": self._parts.clause(text),
            "time_wasters": self._parts.short_items(self._parts.short(text)),
        }

    def _steps(self, text: str) -> tuple[str, ...] | None:
        steps = self._parts.steps(text)
        is_course = any(len(step.split()) >= _FEWEST_WORDS_OF_ONE_STEP for step in steps)
        return steps if len(steps) > 1 or is_course else None

    def _measure(self, text: str) -> str | None:
        measure = self._parts.measure(text)
        return measure if len(measure.split()) >= _FEWEST_WORDS_OF_A_MEASURE else None

    def _may_be_a_measure(self, text: str) -> bool:
        plain = folded(text)
        puts_right = self._corrects.search(plain) or self._says_no.match(plain)
        return not (puts_right or self.is_skip(text) or self._empty.fullmatch(plain))

    def _measure_behind_and(self, text: str) -> str | None:
        match = self._goes_on.search(folded(text))
        return self._measure(text[match.end() :] if match else text)

    def _task(self, text: str, named: Sequence[str]) -> str:
        # The first clause that says something names it: "Cambiar las citas, eso lo automatizaría primero."
        said = (self._parts.bare(self._parts.short(span.of(text))) for span in clauses(text))
        task = next((words for words in said if words), "")
        for position, points in enumerate(self._pointing):
            if points.fullmatch(folded(task)) and position < len(named):
                return named[position]
        if self._that_one.fullmatch(folded(task)):
            return named[0] if named else ""
        words = set(task.casefold().split())
        return next((item for item in named if words < set(item.casefold().split())), task)


@once_for_each
def ways_of(listening: Listening) -> Ways:
    """The ways to read a language by its phrases, made once."""
    ears = Ears(listening)
    return Ways(
        ears.plainly_told,
        ears.answers_in,
        ears.is_correction,
        ears.corrected,
        ears.is_skip,
        ears.measure_along,
    )


def _told(plain: Findings, slot: str) -> SlotValue | None:
    told = plain.get(slot)
    return told.value if told else None


def _items(value: SlotValue | None) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else ()
