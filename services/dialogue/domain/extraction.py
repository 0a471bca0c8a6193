"""What a language model read out of a message, and how much of it is believed."""

import re
from collections.abc import Iterable
from uuid import UUID

from contracts.text import CleanText
from contracts.values import Profile, Slot, Value
from playbook.claims import visible
from services.dialogue.domain.confidence import INFERRED_BY_A_MODEL, READ_BY_A_MODEL
from services.dialogue.domain.reading import SlotValue, joined, numbers_in, phrase
from services.dialogue.domain.signals import Signal

_LISTS = frozenset({"time_wasters", "tools", "steps", "out_of_scope"})
_LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")
# Names are not reworded: what a model makes of one has to stand in the words as it is.
_LITERAL = frozenset({"name", "contact_email", "tools"})
_STEM = 4
_LARGEST = {"team_size": 1_000_000, "hours_per_week": 10_000}


class ToldSlot(Value):
    """One fact: the slot, its value as text, and the visitor's words it was read from.

    Slots that hold several things are told once per thing.
    """

    slot: CleanText
    value: CleanText
    words: CleanText


class Extraction(Value):
    """The facts and the signal of one message; `change_wish` is what should be different in the proposal."""

    slots: tuple[ToldSlot, ...] = ()
    signal: Signal = Signal.NONE
    change_wish: CleanText | None = None


def believable(extraction: Extraction, profile: Profile, message: str, turn_id: UUID) -> Profile:
    """The profile with every fact whose words the visitor said; the rest is refused."""
    said = _folded(message)
    told = [fact for fact in extraction.slots if _was_said(fact, said) and _is_supported(fact)]
    slots: dict[str, Slot[SlotValue]] = {}
    for slot in dict.fromkeys(fact.slot for fact in told if fact.slot in Profile.model_fields):
        facts = [fact for fact in told if fact.slot == slot]
        known = getattr(profile, slot)
        value = _value(slot, facts, known)
        # What plain reading found as well keeps its own words and its certainty.
        if value is not None and (known is None or known.value != value):
            slots[slot] = Slot(
                value=value,
                words=" ".join(fact.words for fact in facts),
                turn_id=turn_id,
                confidence=_confidence(facts),
            )
    return profile.model_copy(update=slots)


def _was_said(fact: ToldSlot, said: str) -> bool:
    words = _folded(fact.words)
    return bool(words) and words in said


def _is_supported(fact: ToldSlot) -> bool:
    """Whether the value is in the words it was read from, where nothing else will do."""
    return fact.slot not in _LITERAL or _folded(phrase(fact.value)) in _folded(fact.words)


def _confidence(facts: Iterable[ToldSlot]) -> float:
    """Less for a value that shares no word with what was said."""
    share = all(_stems(fact.value) & _stems(fact.words) for fact in facts)
    return READ_BY_A_MODEL if share else INFERRED_BY_A_MODEL


def _stems(text: str) -> set[str]:
    return {word[:_STEM] for word in re.findall(r"\w+", text.casefold())}


def _value(slot: str, facts: Iterable[ToldSlot], known: Slot[tuple[str, ...]] | None) -> SlotValue | None:
    if slot in _LISTS:
        items = tuple(item for fact in facts if (item := phrase(fact.value)))
        return joined(known.value if known else (), items) or None
    *_, last = facts
    if slot == "language":
        return _language_tag(last.value)
    if slot in _LARGEST:
        return _number(slot, last)
    return phrase(last.value) or None


def _number(slot: str, fact: ToldSlot) -> float | None:
    """The number, if the visitor's words hold it: a model does not count for them."""
    claimed = numbers_in(fact.value)
    if len(claimed) != 1 or claimed[0] not in numbers_in(fact.words) or not 0 < claimed[0] <= _LARGEST[slot]:
        return None
    return int(claimed[0]) if slot == "team_size" else claimed[0]


def _language_tag(value: str) -> str | None:
    """The tag as it is written, `pt-BR`; a language that is named in words is none."""
    tag = value.strip()
    if not _LANGUAGE_TAG.fullmatch(tag):
        return None
    primary, *more = tag.split("-")
    return "-".join((primary.lower(), *(part.upper() if len(part) == 2 else part for part in more)))


def _folded(text: str) -> str:
    return "".join(visible(text).split()).casefold()
