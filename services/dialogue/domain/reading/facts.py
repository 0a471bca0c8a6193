"""Reads a whole message into the profile: what is told plainly, what answers the question, what corrects."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Literal
from uuid import UUID

from contracts.values import Profile, Slot
from services.dialogue.domain.reading import (
    business,
    contact,
    hours,
    pains,
    steps,
    success,
    task,
    team,
    tools,
)
from services.dialogue.domain.reading.numbers import upper_number
from services.dialogue.domain.reading.text import (
    MOST_ITEMS,
    Found,
    Span,
    clauses,
    searchable,
    sentence_around,
    sentences,
)

LONGEST_WORDS = 500
SlotValue = str | int | float | tuple[str, ...]
Read = Callable[[str], Found[SlotValue] | None]
Findings = Mapping[str, Found[SlotValue]]


@dataclass(frozen=True, slots=True)
class Reader:
    """How a slot is read: where it is told plainly, and where it was just asked.

    `keeps` says what becomes of a known value: the latest wins, the first stays until it is asked for or
    corrected, or lists grow.
    """

    find: Callable[[str], Found[SlotValue] | None]
    answered: Callable[[str], Found[SlotValue] | None] | None
    keeps: Literal["latest", "first", "all"]


@dataclass(frozen=True, slots=True)
class Facts:
    """The profile after a message; `changed` in the order the slots stand in the profile."""

    profile: Profile
    changed: tuple[str, ...]
    is_correction: bool
    is_skip: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """What the reading knows of the conversation.

    `slot` was just asked; `told` are the slots told before; in `asides` the visitor speaks to us, so that no
    answer is looked for there.
    """

    slot: str | None
    told: tuple[str, ...] = ()
    asides: tuple[Span, ...] = ()


_READERS: Mapping[str, Reader] = {
    "business_type": Reader(business.find_business_type, business.business_type_answered, "first"),
    "name": Reader(contact.find_name, contact.name_answered, "latest"),
    "team_size": Reader(team.find_team_size, team.team_size_answered, "latest"),
    "challenge": Reader(pains.find_challenge, pains.challenge_answered, "first"),
    "time_wasters": Reader(pains.find_time_wasters, pains.time_wasters_answered, "all"),
    "tools": Reader(tools.find_tools, tools.tools_answered, "all"),
    "task": Reader(task.find_task, partial(task.task_answered, named_before=()), "first"),
    "steps": Reader(steps.find_steps, steps.steps_answered, "first"),
    "out_of_scope": Reader(steps.find_out_of_scope, None, "all"),
    "hours_per_week": Reader(hours.find_hours_per_week, hours.hours_answered, "latest"),
    "success_measure": Reader(success.find_success_measure, success.success_measure_answered, "latest"),
}
# These are told in sentences of their own, in which nothing else is looked for.
_APART = ("success_measure", "out_of_scope")
_BLAMED = ("challenge", "time_wasters")
_NUMBERS = ("hours_per_week", "team_size")
_I = re.IGNORECASE
_CORRECTS = re.compile(
    r"\b(?:i meant|meant to (?:say|write)|correction|typo|make that|scratch that|my mistake|my bad|i misspoke"
    r"|wrong number|oops)\b"
    r"|\bsorry,? (?:it's|that's|i|we're|we are|not)\b|\bnot [0-9]+\b|^\s*(?:no,|sorry,)\s*(?:it's |we're "
    r"|we are )?[0-9]",
    _I,
)
_CORRECTED = re.compile(
    r".*\b(?:i meant|meant to (?:say|write)|correction|make that|scratch that|sorry)\b[,: ]*", _I | re.S
)
_REPLACED = re.compile(r"\bnot [0-9][0-9,.]*\b", _I)
_SKIPS = re.compile(
    r"\b(?:(?:don't|do not|dont) (?:really )?(?:know|remember)|no (?:idea|clue)|not sure|unsure"
    r"|hard to (?:say|tell)|can't (?:say|tell)|cannot say"
    r"|prefer not|rather not|skip|pass|next question|no comment|doesn't matter|it depends|dunno|idk"
    r"|haven't (?:counted|measured)|who knows)\b"
    r"|^\W*(?:no|nope|none|nothing|n/?a|-+|\?+|next|no tools?|not really|nothing (?:special|really|yet))\W*$",
    _I,
)
_MOST_WORDS_OF_A_SKIP = 12
_NO_ANSWER = re.compile(
    r"(?:\W*\b(?:hi|hello|hey|there|good|morning|afternoon|evening|yes|yeah|yep|yup|ok|okay|sure|thanks|thank"
    r"|you|please|great|fine|cool|nice|perfect|go on"
    r"|right|alright|hmm+|um+|well|so|and|but|the|a|it|that|is|i see|sounds|let's go|start|of course"
    r"|absolutely|anything|something|whatever|huh|lol|wow|test)"
    r"\b)*\W*",
    _I,
)


def read_facts(message: str, turn_id: UUID, profile: Profile, asked: Asked) -> Facts:
    """What the message tells; nothing is guessed without words, and a correction replaces."""
    text = searchable(message)
    plain = _plainly_told(text)
    if email := contact.find_email(message):
        plain["contact_email"] = email
    corrects = bool(_CORRECTS.search(text))
    corrected = _corrected(text, plain, asked) if corrects else {}
    answers = {} if corrects else _answers(text, plain, profile, asked)
    findings = {**plain, **answers, **corrected}
    changed = {
        slot: told
        for slot in Profile.model_fields
        if (told := findings.get(slot))
        and _is_news(slot, told, profile, is_meant=corrects or slot == asked.slot)
    }
    after = _merged(profile, changed, message, turn_id, replaces=corrects)
    return Facts(
        profile=after,
        changed=tuple(slot for slot in changed if _value(after, slot) != _value(profile, slot)),
        is_correction=any(
            _value(profile, slot) is not None and not isinstance(_value(profile, slot), tuple)
            for slot in changed
        ),
        is_skip=asked.slot is not None and asked.slot not in findings and is_skip(text),
    )


def is_skip(text: str) -> bool:
    """Whether the visitor would rather not answer, or cannot."""
    return len(text.split()) <= _MOST_WORDS_OF_A_SKIP and bool(_SKIPS.search(text))


def _plainly_told(text: str) -> dict[str, Found[SlotValue]]:
    apart = {slot: told for slot in _APART if (told := _READERS[slot].find(text))}
    rest = text
    for told in apart.values():
        rest = _blanked(rest, Span(told.start, told.end))
    others = {
        slot: told for slot, reader in _READERS.items() if slot not in _APART and (told := reader.find(rest))
    }
    return {**apart, **others}


def _answers(text: str, plain: Findings, profile: Profile, asked: Asked) -> dict[str, Found[SlotValue]]:
    """What answers the question, read from the part of the message that tells nothing else."""
    slot = asked.slot
    if slot is None or slot in plain:
        return {}
    is_number = slot in _NUMBERS
    # The activities blamed and the task are often told in one breath.
    explained = {name: told for name, told in plain.items() if slot != "task" or name not in _BLAMED}
    rest = _unexplained(text, explained, asked.asides, keeps_questions=is_number)
    if _NO_ANSWER.fullmatch(rest) or (not is_number and is_skip(rest)):
        return {}
    wanted = (slot, "time_wasters") if slot == "challenge" else (slot,)
    told = {name: _answer(name, rest, profile, plain) for name in wanted if name not in plain}
    return {name: answer for name, answer in told.items() if answer is not None}


def _answer(slot: str, rest: str, profile: Profile, plain: Findings) -> Found[SlotValue] | None:
    if slot == "task":
        named = plain["time_wasters"].value if "time_wasters" in plain else _value(profile, "time_wasters")
        return task.task_answered(rest, named if isinstance(named, tuple) else ())
    answered = (
        contact.find_email
        if slot == "contact_email"
        else _READERS[slot].answered
        if slot in _READERS
        else None
    )
    return answered(rest) if answered else None


def _corrected(text: str, plain: Findings, asked: Asked) -> dict[str, Found[SlotValue]]:
    """A correction without the name of what it corrects: the last number, or the last thing told."""
    if any(slot in plain for slot in _NUMBERS):
        return {}
    words = _REPLACED.sub("", text)
    value = upper_number(words)
    if value is not None:
        slot = next((slot for slot in reversed(asked.told) if slot in _NUMBERS), None)
        return (
            {slot: Found(int(value) if slot == "team_size" else value, 0, len(text))}
            if slot and value >= 1
            else {}
        )
    slot = next((slot for slot in asked.told if slot in _READERS and _READERS[slot].answered), None)
    start = match.end() if (match := _CORRECTED.match(text)) else 0
    told = _answer(slot, text[start:], Profile(), plain) if slot and slot not in plain else None
    return {slot: Found(told.value, start, len(text))} if slot and told else {}


def _unexplained(text: str, plain: Findings, asides: tuple[Span, ...], *, keeps_questions: bool) -> str:
    """The text without the clauses in which something was told plainly, the asides and the questions."""
    rest = text
    for aside in asides:
        rest = _blanked(rest, aside)
    for clause in clauses(text):
        if any(clause.overlaps(told.start, told.end) for told in plain.values()):
            rest = _blanked(rest, clause)
    for span in sentences(text):
        if not keeps_questions and span.of(text).rstrip().endswith("?"):
            rest = _blanked(rest, span)
    return rest


def _blanked(text: str, span: Span) -> str:
    return f"{text[: span.start]}{' ' * (span.end - span.start)}{text[span.end :]}"


def _is_news(slot: str, told: Found[SlotValue], profile: Profile, *, is_meant: bool) -> bool:
    known = _value(profile, slot)
    keeps = _READERS[slot].keeps if slot in _READERS else "latest"
    return known is None or (known != told.value and (keeps != "first" or is_meant))


def _merged(profile: Profile, findings: Findings, message: str, turn_id: UUID, *, replaces: bool) -> Profile:
    slots: dict[str, Slot[SlotValue]] = {}
    for slot, told in findings.items():
        known = _value(profile, slot)
        value = told.value
        if isinstance(known, tuple) and isinstance(value, tuple) and not replaces:
            value = joined(known, value)
        slots[slot] = Slot(value=value, words=_words(message, told), turn_id=turn_id)
    return profile.model_copy(update=slots)


def joined(known: tuple[str, ...], more: tuple[str, ...]) -> tuple[str, ...]:
    """Both lists, nothing twice: "rescheduling" is no news after "rescheduling appointments"."""
    items = list(known)
    for item in more:
        words = set(item.casefold().split())
        if not any(words <= set(before.casefold().split()) for before in items):
            items.append(item)
    return tuple(items)[:MOST_ITEMS]


def _words(message: str, told: Found[SlotValue]) -> str:
    """The visitor's exact words: the whole sentences in which it was told."""
    start = sentence_around(message, told.start).start
    end = sentence_around(message, max(told.end - 1, told.start)).end
    return message[start:end].strip()[:LONGEST_WORDS]


def _value(profile: Profile, slot: str) -> SlotValue | None:
    known = getattr(profile, slot)
    return known.value if known else None
