"""How a value that a visitor told is said back, in the words of a playbook."""

import re
from collections.abc import Set
from typing import Final

from contracts.values import Profile, Slot
from playbook.reading.meaning import LINES, SlotName
from playbook.reading.updates import SlotValue
from playbook.whole import Playbook

_TITLES: Final = r"(?:dra?|mrs?|ms|prof|herrn?|frau|sra?|señora?|mme|monsieur|madame)\b\.?"
_BEGINS_WITH_TITLE: Final = re.compile(rf"(?:{_TITLES}|\S+\.)(?:\s+|$)", re.IGNORECASE)
_ENDS_WITH_TITLE: Final = re.compile(rf"(?<!\w){_TITLES}\s+$", re.IGNORECASE)


def called(name: str, words: str, playbook: Playbook) -> str:
    """How a visitor is called: by the first name where that is usual, else as they introduced themselves.

    `words` are theirs, in which a title may stand. `Dana` of `Dana Whitfield`, `Dr. Lee` of `Dr. Ann Lee`;
    nothing of a title alone.
    """
    title = _ENDS_WITH_TITLE.search(words.partition(name)[0])
    whole = f"{title.group() if title else ''}{name}"
    begun = _BEGINS_WITH_TITLE.match(whole)
    if begun and begun.end() == len(whole):
        return ""
    if not playbook.language.by_first_name:
        return f"{whole[0].upper()}{whole[1:]}"
    first, *others = whole.split()
    return " ".join((first, *others[-1:])) if begun else first


def said_count(name: str, value: float, playbook: Playbook, *, words: str, up_to: object) -> str:
    """`12 people`, `12 hours a week`, or the visitor's range: `6 to 10 people`."""
    language, labels = playbook.language, playbook.lines.quick_replies
    unit = language.hours if name == "hours_per_week" else language.people
    if playbook.is_open_range(value, words):
        counted = unit.many.format(n=words)
    elif isinstance(up_to, int | float):
        between = labels.between.format(lowest=language.number(value), highest=language.number(up_to))
        counted = unit.many.format(n=between)
    else:
        counted = language.count(value, unit)
    return playbook.lines.hours_a_week.format(hours=counted) if unit is language.hours else counted


def numbered_line(name: SlotName, playbook: Playbook, slot: Slot[SlotValue] | None = None) -> str:
    """`6 Programs: Excel, Outlook`, or without a value its number and name."""
    line = f"{LINES.index(name) + 1} {playbook.lines.quick_replies.change_slot[name]}"
    if slot is None:
        return line
    if isinstance(slot.value, tuple):
        return f"{line}: {', '.join(slot.value)}"
    value = slot.value
    if isinstance(value, int | float):
        value = said_count(name, value, playbook, words=slot.words, up_to=slot.up_to)
    return f"{line}: {value}"


def lines_named(playbook: Playbook) -> list[str]:
    """Every line of what is noted, with its number: `6 Programs`."""
    names = playbook.lines.quick_replies.change_slot
    return [f"{place} {names[slot]}" for place, slot in enumerate(LINES, start=1) if slot in names]


def known_values(profile: Profile, *, without: Set[str] = frozenset()) -> dict[str, object]:
    """The values of the slots that are filled, as a model is told them; a range is written `16-50`."""
    slots = ((name, getattr(profile, name)) for name in Profile.model_fields if name not in without)
    return {name: _value(slot) for name, slot in slots if slot is not None}


def _value(slot: Slot[object]) -> object:
    value, up_to = slot.value, slot.up_to
    value = int(value) if isinstance(value, float) and value.is_integer() else value
    return f"{value}-{up_to:.15g}" if isinstance(up_to, int | float) else value
