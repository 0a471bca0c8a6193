"""Checks what was understood against what the visitor wrote, and applies it to the profile.

An update is refused unless its quote stands in one of the visitor's messages. A name, an address and a tool
must stand as they are in one of them, not always in the quoted one, and so must the figures of a text: "this
week" is added to "Thursday, 4 to 5". A number must be within range; one that is not written in the quote (a
sum, a product, a number word that code cannot read) is taken with less confidence.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from difflib import get_close_matches
from typing import Final
from uuid import UUID

from contracts.mail import SentMail
from contracts.values import KnownVisitor, Profile, Slot
from playbook.claims import emails, folded, quantities, visible
from playbook.claims.own_words import as_a_name, has_other_figures, holds, means_the_same, shares_a_word
from playbook.reading.contact import digits_of, phone_numbers
from playbook.reading.meaning import LIST_SLOTS, NUMBER_SLOTS, Operation, SlotUpdate
from playbook.reading.talk import Message

SlotValue = str | int | float | tuple[str, ...]

# The value stands in the visitor's words as it is.
STATED: Final = 1.0
# The visitor's words say it in other words.
REWORDED: Final = 0.8
# The value is computed, or read from words that code cannot check.
INFERRED: Final = 0.6

MOST_ITEMS: Final = 12
LONGEST_VALUE: Final = 400
_SHORTEST_MISTYPED: Final = 6
_ALIKE: Final = 0.85
# What is said of a program beside its name: "WhatsApp (the one on my phone)".
_BESIDE: Final = re.compile(r"\s*\([^()]*\)")
_LITERAL: Final = frozenset({"name", "contact_email", "contact_phone", "tools"})
_LARGEST: Final[Mapping[str, float]] = {"team_size": 1_000_000, "hours_per_week": 100_000}
# What is known of one task says nothing of another.
DEPENDS_ON_TASK: Final = ("steps", "out_of_scope", "hours_per_week", "success_measure")


class _Refused(Exception):
    """The update is not what the visitor said; the reason is for whoever debugs it."""


def apply_updates(profile: Profile, updates: Iterable[SlotUpdate], messages: Sequence[Message]) -> Profile:
    """The profile after each update in turn. `messages` are all of the visitor's, the newest last.

    A task that replaces another empties what was known of the first one, unless the same updates say it anew.
    """
    before, updates = profile, tuple(updates)
    for update in updates:
        with suppress(_Refused):
            profile = profile.model_copy(update={update.slot: _updated(profile, update, messages)})
    names = [slot.value for slot in (before.task, before.challenge) if slot is not None]
    is_reworded = any(update.slot == "task" and update.is_reworded for update in updates)
    if is_reworded or not (before.task and profile.task):
        return profile
    if not any(means_the_same(name, profile.task.value) for name in names):
        stale = [name for name in DEPENDS_ON_TASK if getattr(profile, name) == getattr(before, name)]
        wasters = _without_task(profile.time_wasters, before.task.value)
        profile = profile.model_copy(update={**dict.fromkeys(stale), "time_wasters": wasters})
    return profile


def introduced(
    profile: Profile, visitor: KnownVisitor | None, turn_id: UUID, mails: Sequence[SentMail] = ()
) -> Profile:
    """The profile with what came with a turn: who the visitor is, and the language of our mails to them.

    What they told themselves stays.
    """
    visitor = visitor or KnownVisitor()
    told = {"name": as_a_name(_tidy(visitor.name or "")), "contact_email": visitor.email}
    if mails:
        told["language"] = mails[-1].language
    for name, value in told.items():
        known: Slot[str] | None = getattr(profile, name)
        is_verified = visitor.is_verified and name == "contact_email"
        is_news = known is None or (known.told_by == "website" and known.value != value)
        if value and is_news:
            slot = Slot[str](
                value=value, words=value, turn_id=turn_id, told_by="website", is_verified=is_verified
            )
            profile = profile.model_copy(update={name: slot})
        elif value and known and is_verified and known.value.casefold() == value.casefold():
            profile = profile.model_copy(update={name: known.model_copy(update={"is_verified": True})})
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
    value, confidence = _value_of(update, messages)
    if isinstance(value, tuple) and update.operation is Operation.ADD and known is not None:
        assert isinstance(known.value, tuple)
        value = _united(known.value, value)
    said = known if known is not None and known.told_by == "visitor" else None
    if said is not None and said.value == value and said.up_to == update.up_to:
        return said
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
    left = tuple(item for item in wasters.value if not means_the_same(item, task)) if wasters else ()
    return wasters.model_copy(update={"value": left}) if wasters and left else None


def _source_of(quote: str, messages: Sequence[Message]) -> Message:
    """The newest message that holds the quote."""
    for message in reversed(messages):
        if holds(message.text, quote):
            return message
    raise _Refused("not_said")


def _value_of(update: SlotUpdate, messages: Sequence[Message]) -> tuple[SlotValue, float]:
    written = (_BESIDE.sub("", value) if update.slot == "tools" else value for value in update.values)
    values = tuple(dict.fromkeys(text for value in written if (text := _tidy(value))))
    if not values:
        raise _Refused("empty")
    if any(len(value) > LONGEST_VALUE for value in values) or len(values) > MOST_ITEMS:
        raise _Refused("too_long")
    if update.slot in NUMBER_SLOTS:
        return _number(update.slot, values[0], update.quote)
    if update.slot in _LITERAL:
        values = _as_written(update.slot, values, messages)
    else:
        said = "\n".join(message.text for message in messages)
        values = tuple(value for value in values if not has_other_figures(value, said))
    if not values:
        raise _Refused("no_number")
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
    """The values that the visitor wrote, in any message: "WhatsApp, it is Business" names WhatsApp Business.

    One program that only we named takes none of the others with it; "Google Sheets" is their "Google Sheet".
    """
    if slot == "contact_email":
        said = {folded(address) for message in messages for address in emails(folded(message.text))}
        literal = tuple(value for value in values if folded(value) in said)
    elif slot == "contact_phone":
        numbers = {digits_of(number) for message in messages for number in phone_numbers(message.text)}
        literal = tuple(value for value in values if digits_of(value) in numbers)
    elif slot == "name":
        literal = tuple(value for value in values if _is_named(value, messages))
    else:
        names = {value: value.removesuffix("s") or value for value in values}
        literal = tuple(
            value for value, name in names.items() if any(_names(each.text, name) for each in messages)
        )
    if not literal:
        raise _Refused("not_literal")
    return tuple(map(as_a_name, literal)) if slot == "name" else literal


def _is_named(name: str, messages: Sequence[Message]) -> bool:
    """Whether a name stands in a message, or each part as a word of one: "last name Vega" may follow."""
    if any(holds(message.text, name) for message in messages):
        return True
    words = {word for message in messages for word in folded(message.text).split() if "@" not in word}
    return all(folded(part) in {word.strip(".,;:!?()") for word in words} for part in name.split())


def _names(text: str, name: str) -> bool:
    """Whether a text holds every word of a program: "google calendr" names Google Calendar."""
    said = folded(text).split()
    words = name.replace("-", "").split()
    return all(holds(text.replace("-", ""), word) or _is_mistyped(folded(word), said) for word in words)


def _is_mistyped(word: str, said: Sequence[str]) -> bool:
    # A shorter word is soon another one: "team" is not Teams.
    return len(word) >= _SHORTEST_MISTYPED and bool(get_close_matches(word, said, n=1, cutoff=_ALIKE))


def _confidence(values: Sequence[str], quote: str) -> float:
    if all(holds(quote, value) for value in values):
        return STATED
    return REWORDED if all(shares_a_word(value, quote) for value in values) else INFERRED


def _united(known: tuple[str, ...], more: tuple[str, ...]) -> tuple[str, ...]:
    by_name = {folded(item): item for item in (*known, *more)}
    return tuple(by_name.values())[:MOST_ITEMS]


def _tidy(text: str) -> str:
    return " ".join(visible(text).split()).strip(" .,;:!?\"'")
