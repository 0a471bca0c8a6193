"""Checks what was understood against what the visitor wrote, and applies it to the profile.

An update is refused unless its quote stands in one of the visitor's messages. A name, an address and a tool
must stand as they are in one of them, not always in the quoted one. A number must be within range; one that
is not written in the quote (a sum, a product, a number word that code cannot read) is taken with less
confidence.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Final

from contracts.values import Profile, Slot
from playbook.claims import emails, folded, numbers, quantities, visible
from playbook.claims.quantities import written
from services.dialogue.domain.conversation import Message
from services.dialogue.domain.understanding import LIST_SLOTS, NUMBER_SLOTS, Operation, SlotUpdate

SlotValue = str | int | float | tuple[str, ...]

# The value stands in the visitor's words as it is.
STATED: Final = 1.0
# The visitor's words say it in other words.
REWORDED: Final = 0.8
# The value is computed, or read from words that code cannot check.
INFERRED: Final = 0.6

MOST_ITEMS: Final = 12
LONGEST_VALUE: Final = 200
_LITERAL: Final = frozenset({"name", "contact_email", "tools"})
_LARGEST: Final[Mapping[str, float]] = {"team_size": 1_000_000, "hours_per_week": 100_000}
# What is known of one task says nothing of another.
DEPENDS_ON_TASK: Final = ("steps", "out_of_scope", "hours_per_week", "success_measure")
_WORD: Final = re.compile(r"\w+")
_STEM: Final = 4
_NO_PARTICLE: Final = re.compile(r"^\S+|\S{4,}|\S+$")


class _Refused(Exception):
    """The update is not what the visitor said; the reason is for whoever debugs it."""


def apply_updates(profile: Profile, updates: Iterable[SlotUpdate], messages: Sequence[Message]) -> Profile:
    """The profile after each update in turn. `messages` are all of the visitor's, the newest last.

    A task that replaces another empties what was known of the first one, unless the same updates say it anew.
    """
    before = profile
    for update in updates:
        with suppress(_Refused):
            profile = profile.model_copy(update={update.slot: _updated(profile, update, messages)})
    names = [slot.value for slot in (before.task, before.challenge) if slot is not None]
    if before.task and profile.task and not any(_is_same(name, profile.task.value) for name in names):
        stale = [name for name in DEPENDS_ON_TASK if getattr(profile, name) == getattr(before, name)]
        wasters = _without_task(profile.time_wasters, before.task.value)
        profile = profile.model_copy(update={**dict.fromkeys(stale), "time_wasters": wasters})
    return profile


def changed_slots(before: Profile, after: Profile) -> tuple[str, ...]:
    """The names of the slots that differ."""
    return tuple(name for name in Profile.model_fields if getattr(before, name) != getattr(after, name))


def _updated(profile: Profile, update: SlotUpdate, messages: Sequence[Message]) -> Slot[SlotValue] | None:
    """The slot after the update, None where it is empty then."""
    source = _source_of(update.quote, messages)
    known: Slot[SlotValue] | None = getattr(profile, update.slot)
    if update.operation is Operation.REMOVE:
        return _without(known, update, source)
    value, confidence = _value_of(update, source, messages)
    if isinstance(value, tuple) and update.operation is Operation.ADD and known is not None:
        assert isinstance(known.value, tuple)
        value = _united(known.value, value)
    if known is not None and known.value == value and known.up_to == update.up_to:
        return known
    up_to = int(update.up_to) if isinstance(value, int) and update.up_to is not None else update.up_to
    return Slot(value=value, words=update.quote, turn_id=source.turn_id, confidence=confidence, up_to=up_to)


def _without(known: Slot[SlotValue] | None, update: SlotUpdate, source: Message) -> Slot[SlotValue] | None:
    """The slot without the values of the update; without values, nothing of it is left."""
    if known is None or not isinstance(known.value, tuple) or not update.values:
        return None
    removed = {folded(value) for value in update.values}
    left = tuple(item for item in known.value if folded(item) not in removed)
    if left == known.value:
        raise _Refused("not_said")
    return Slot(value=left, words=update.quote, turn_id=source.turn_id) if left else None


def _without_task(wasters: Slot[tuple[str, ...]] | None, task: str) -> Slot[tuple[str, ...]] | None:
    """The time wasters without the task that was given up."""
    left = tuple(item for item in wasters.value if not _is_same(item, task)) if wasters else ()
    return wasters.model_copy(update={"value": left}) if wasters and left else None


def _source_of(quote: str, messages: Sequence[Message]) -> Message:
    """The newest message that holds the quote."""
    wanted = _compact(quote)
    if wanted:
        for message in reversed(messages):
            if wanted in _compact(message.text):
                return message
    raise _Refused("not_said")


def _value_of(update: SlotUpdate, source: Message, messages: Sequence[Message]) -> tuple[SlotValue, float]:
    values = tuple(dict.fromkeys(text for value in update.values if (text := _tidy(value))))
    if not values:
        raise _Refused("empty")
    if any(len(value) > LONGEST_VALUE for value in values) or len(values) > MOST_ITEMS:
        raise _Refused("too_long")
    if update.slot in NUMBER_SLOTS:
        return _number(update.slot, values[0], update.quote)
    if update.slot in _LITERAL:
        values = _as_written(update.slot, values, messages)
        values = tuple(map(_capitalized, values)) if update.slot == "name" else values
    else:
        _check_figures(values, source)
    value: SlotValue = values if update.slot in LIST_SLOTS else values[0]
    return value, _confidence(values, update.quote)


def _number(slot: str, text: str, quote: str) -> tuple[int | float, float]:
    try:
        value = float(text.replace(",", "."))
    except ValueError as error:
        raise _Refused("no_number") from error
    if not 0 < value <= _LARGEST[slot]:
        raise _Refused("out_of_range")
    if slot == "team_size" and not value.is_integer():
        raise _Refused("no_number")
    is_written = any(quantity.value == value for quantity in quantities(folded(quote)))
    return (int(value) if slot == "team_size" else value), STATED if is_written else INFERRED


def _as_written(slot: str, values: Sequence[str], messages: Sequence[Message]) -> tuple[str, ...]:
    """The values that the visitor wrote, in any message: "whats" is the WhatsApp of before.

    One program that only we named takes none of the others with it; "Google Sheets" is their "Google Sheet".
    """
    if slot == "contact_email":
        said = {folded(address) for message in messages for address in emails(folded(message.text))}
        written = tuple(value for value in values if folded(value) in said)
    else:
        texts = [_compact(message.text) for message in messages]
        names = {value: _compact(value) for value in values}
        if slot == "tools":
            names = {value: name.removesuffix("s") or name for value, name in names.items()}
        written = tuple(value for value, name in names.items() if any(name in text for text in texts))
    if not written:
        raise _Refused("not_literal")
    return written


def _capitalized(name: str) -> str:
    """A name that was written in small letters alone; particles within it stay small, `McCoy` as it is."""
    return _NO_PARTICLE.sub(lambda word: word.group().title(), name) if name.islower() else name


def _check_figures(values: Sequence[str], source: Message) -> None:
    """A figure in a text must be one of the visitor's."""
    text = folded(source.text)
    # "Within one hour" is said of 1 hour.
    said = numbers(text) | {written(quantity.value) for quantity in quantities(text)}
    if any(numbers(folded(value)) - said for value in values):
        raise _Refused("no_number")


def _confidence(values: Sequence[str], quote: str) -> float:
    said = _compact(quote)
    if all(_compact(value) in said for value in values):
        return STATED
    stems = _stems(quote)
    return REWORDED if all(_stems(value) & stems for value in values) else INFERRED


def _is_same(one: str, other: str) -> bool:
    """Whether two names mean one task: the longer one says most of what the shorter says."""
    shorter, longer = sorted((_weighty(one), _weighty(other)), key=len)
    return len(shorter & longer) * 2 > len(shorter) or shorter <= longer


def _weighty(text: str) -> frozenset[str]:
    """The stems of the words that carry the meaning, which are seldom the short ones."""
    return frozenset(stem for stem in _stems(text) if len(stem) == _STEM) or _stems(text)


def _united(known: tuple[str, ...], more: tuple[str, ...]) -> tuple[str, ...]:
    by_name = {folded(item): item for item in (*known, *more)}
    return tuple(by_name.values())[:MOST_ITEMS]


def _stems(text: str) -> frozenset[str]:
    return frozenset(word[:_STEM] for word in _WORD.findall(folded(text)))


def _compact(text: str) -> str:
    """For comparing: without blanks, case, accents and the ornaments of quotation marks."""
    return "".join(sign for sign in folded(visible(text)) if sign.isalnum() or sign in "@.+_-")


def _tidy(text: str) -> str:
    return " ".join(visible(text).split()).strip(" .,;:!?\"'")
