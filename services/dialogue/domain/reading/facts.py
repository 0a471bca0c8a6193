"""Reads a whole message into the profile: what is told plainly, what answers the question, what corrects."""

from dataclasses import dataclass
from uuid import UUID

from contracts.values import Profile, Slot
from services.dialogue.domain.confidence import ANSWERED, CORRECTED, SAID_PLAINLY
from services.dialogue.domain.reading.readers import (
    NUMBERS,
    READERS,
    Asked,
    Findings,
    SlotValue,
    value_of,
)
from services.dialogue.domain.reading.text import MOST_ITEMS, Found, searchable, sentence_around, without
from services.dialogue.domain.reading.tools import dropped_tools
from services.dialogue.domain.reading.ways import ENGLISH, Ways

LONGEST_WORDS = 500


@dataclass(frozen=True, slots=True)
class Said:
    """A message while it is merged into the profile; `beside` are the slots not told in plain words."""

    message: str
    turn_id: UUID
    replaces: bool
    beside: frozenset[str]
    dropped: frozenset[str]

    def confidence(self, slot: str) -> float:
        """How sure we are of what this message told."""
        if slot not in self.beside:
            return SAID_PLAINLY
        return CORRECTED if self.replaces else ANSWERED


@dataclass(frozen=True, slots=True)
class Facts:
    """The profile after a message; `changed` in the order the slots stand in the profile."""

    profile: Profile
    changed: tuple[str, ...]
    is_correction: bool
    is_skip: bool


def read_facts(message: str, turn_id: UUID, profile: Profile, asked: Asked, *, ways: Ways = ENGLISH) -> Facts:
    """What a legible message tells; nothing is guessed without words, and a correction replaces."""
    text = searchable(message)
    plain = ways.plainly_told(message, asked.tools)
    is_open = asked.along == "success_measure" and asked.along not in plain
    if is_open and (measure := ways.measure_along(text, asked.asides)):
        # In its words nothing else is looked for.
        rest = without(message, measure)
        text = searchable(rest)
        plain = {**ways.plainly_told(rest, asked.tools), "success_measure": measure}
    # "Outlook, no wait, Thunderbird instead of Outlook" answers the question all the same.
    dropped = dropped_tools(text)
    corrects = ways.is_correction(text) and not (asked.slot == "tools" and dropped)
    more = ways.corrected(text, plain, asked) if corrects else ways.answers_in(text, plain, profile, asked)
    findings = {**plain, **more}
    news = {
        slot: told
        for slot in Profile.model_fields
        if (told := findings.get(slot))
        and _is_news(slot, told, profile, is_meant=corrects or slot == asked.slot)
        and not (_counts_something_else(slot, asked, profile) and not corrects)
    }
    said = Said(message, turn_id, replaces=corrects, beside=frozenset(more), dropped=dropped)
    after = _merged(profile, news, said)
    changed = tuple(slot for slot in news if value_of(after, slot) != value_of(profile, slot))
    return Facts(
        profile=after if changed else profile,
        changed=changed,
        is_correction=any(_is_replaced(profile, slot) for slot in changed),
        is_skip=asked.slot is not None and asked.slot not in findings and ways.is_skip(text),
    )


def joined(known: tuple[str, ...], more: tuple[str, ...]) -> tuple[str, ...]:
    """Both lists, nothing twice: "rescheduling" is no news after "rescheduling appointments"."""
    items = list(known)
    for item in more:
        words = set(item.casefold().split())
        if not any(words <= set(before.casefold().split()) for before in items):
            items.append(item)
    return tuple(items)[:MOST_ITEMS]


def _is_news(slot: str, told: Found[SlotValue], profile: Profile, *, is_meant: bool) -> bool:
    known = value_of(profile, slot)
    keeps = READERS[slot].keeps if slot in READERS else "latest"
    return known is None or (known != told.value and (keeps != "first" or is_meant))


def _counts_something_else(slot: str, asked: Asked, profile: Profile) -> bool:
    """Whether a number that is known already stands in the answer to the question for another one.

    "Two people half of their time" tells the hours; the team does not shrink by it.
    """
    is_other = slot in NUMBERS and asked.slot in NUMBERS and slot != asked.slot
    return is_other and value_of(profile, slot) is not None


def _is_replaced(profile: Profile, slot: str) -> bool:
    known = value_of(profile, slot)
    return known is not None and not isinstance(known, tuple)


def _merged(profile: Profile, news: Findings, said: Said) -> Profile:
    slots: dict[str, Slot[SlotValue]] = {}
    for slot, told in news.items():
        known, value = value_of(profile, slot), told.value
        if isinstance(value, tuple):
            value = _listed(known if isinstance(known, tuple) else (), value, said)
        slots[slot] = Slot(
            value=value,
            words=_words(said.message, told),
            turn_id=said.turn_id,
            confidence=said.confidence(slot),
        )
    return profile.model_copy(update=slots)


def _listed(known: tuple[str, ...], more: tuple[str, ...], said: Said) -> tuple[str, ...]:
    """The list as it is now. "Not Outlook, but Gmail" takes one item back, another correction all of them."""
    if said.dropped:
        both = joined(known, more)
        return tuple(item for item in both if item.casefold() not in said.dropped) or more
    return joined(() if said.replaces else known, more)


def _words(message: str, told: Found[SlotValue]) -> str:
    """The visitor's exact words: the whole sentences in which it was told."""
    start = sentence_around(message, told.start).start
    end = sentence_around(message, max(told.end - 1, told.start)).end
    return message[start:end].strip()[:LONGEST_WORDS]
