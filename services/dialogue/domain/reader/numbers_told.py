"""Gives each number that a visitor states or corrects to its slot; no number crosses from one to another."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, Literal

from contracts.values import Profile
from playbook.claims.quantities import written
from playbook.lexicon import NUMBER, Lexicon, Phrases
from services.dialogue.domain.conversation import Conversation
from services.dialogue.domain.reader.measures import (
    bare_number,
    hours_per_week,
    negated,
    number_named,
    team_size,
)
from services.dialogue.domain.reader.text import Figure, Part, is_only
from services.dialogue.domain.understanding import Operation, SlotUpdate

NumberSlot = Literal["team_size", "hours_per_week"]
NUMBERS: Final[tuple[NumberSlot, ...]] = ("team_size", "hours_per_week")
# Among more numbers than this none is certain.
_MOST_FIGURES: Final = 12
_READERS: Final[Mapping[NumberSlot, Callable[..., Figure | None]]] = {
    "team_size": team_size,
    "hours_per_week": hours_per_week,
}


def numbers_told(sentence: Part, conversation: Conversation, lexicon: Lexicon) -> list[SlotUpdate]:
    """The team size and the hours that a sentence states, corrects or swaps."""
    if len(sentence.figures) > _MOST_FIGURES:
        return []
    wrong = negated(sentence, lexicon)
    is_correction = bool(wrong) or lexicon.intents["correct"].search(sentence.masked) is not None
    updates = [
        update
        for slot in NUMBERS
        if (update := _by_unit(sentence, slot, conversation, lexicon, is_correction=is_correction))
    ]
    if len(updates) > 1 and updates[0].quote == updates[1].quote:
        # One number was read for both slots: its unit is people, or it has none.
        updates = updates[:1]
    if updates or not is_correction:
        return updates
    if not sentence.figures:
        return _swapped(sentence, conversation, lexicon)
    counts_people = conversation.profile.team_size and lexicon.team.persons.search(sentence.masked)
    target = "team_size" if counts_people else _corrected_slot(conversation, wrong)
    measure = bare_number(sentence, lexicon)
    return [_update(target, sentence, measure)] if target and measure else []


def last_told(conversation: Conversation) -> tuple[NumberSlot, ...]:
    """The number slots that the visitor's last message filled, which the reply said back."""
    earlier = conversation.visitor_messages
    last = earlier[-1].turn_id if earlier else None
    return tuple(slot for slot in NUMBERS if last and _turn_of(conversation.profile, slot) == last)


def _by_unit(
    sentence: Part, slot: NumberSlot, conversation: Conversation, lexicon: Lexicon, *, is_correction: bool
) -> SlotUpdate | None:
    """The number that its unit, or the name of its slot, gives to this slot."""
    is_known = getattr(conversation.profile, slot) is not None
    is_open = conversation.open_question == slot or _is_late(sentence, slot, conversation, lexicon)
    if slot == "team_size" and not is_known and conversation.open_question not in NUMBERS:
        # `12 at the shop` counts people whatever was asked.
        first = sentence.masked[sentence.figures[0].end :].lstrip() if sentence.figures else ""
        is_open = is_open or lexicon.team.places.begin(first) is not None
    # `oh and 6, forgot the lad`, asked for hours, counts people.
    if slot == "hours_per_week" and is_open and not _names_unit(sentence, lexicon):
        is_open = not lexicon.team.persons.search(sentence.masked)
    # A bare number in a correction belongs to what was said back, not to what is open.
    is_asked = is_open and not (is_correction and last_told(conversation))
    measure = _READERS[slot](sentence, lexicon, is_asked=is_asked)
    if measure is None and is_known and not is_asked:
        measure = _with_unit(sentence, slot, lexicon, is_correction=is_correction)
    if measure is None and (is_known or is_open):
        measure = number_named(sentence, _is_count(lexicon, slot), lexicon)
    return _update(slot, sentence, measure) if measure else None


def _is_late(sentence: Part, slot: NumberSlot, conversation: Conversation, lexicon: Lexicon) -> bool:
    """Whether a number alone answers what was asked before and is not known yet."""
    is_owed = slot in conversation.asked and getattr(conversation.profile, slot) is None
    return (
        is_owed and conversation.open_question not in NUMBERS and bare_number(sentence, lexicon) is not None
    )


def _names_unit(sentence: Part, lexicon: Lexicon) -> bool:
    return any(unit.search(sentence.masked) for unit in (lexicon.hours.hour, lexicon.hours.minute))


def _with_unit(sentence: Part, slot: NumberSlot, lexicon: Lexicon, *, is_correction: bool) -> Figure | None:
    """The number that has its unit beside it: in a correction, or where nothing else is said."""
    units = lexicon.team.people if slot == "team_size" else lexicon.hours.hour
    is_plain = is_only(sentence.masked, (units, lexicon.numbers.fillers), ignored=NUMBER)
    has_unit = units.search(_behind_numbers(sentence)) and (is_correction or is_plain)
    return _READERS[slot](sentence, lexicon, is_asked=True) if has_unit else None


def _behind_numbers(sentence: Part) -> str:
    return " ".join(sentence.masked[max(0, figure.start) :] for figure in sentence.figures)


def _is_count(lexicon: Lexicon, slot: NumberSlot) -> Phrases:
    return lexicon.team.is_count if slot == "team_size" else lexicon.hours.is_count


def _corrected_slot(conversation: Conversation, wrong: Sequence[float]) -> NumberSlot | None:
    """The slot that a number without a unit puts right: it holds the wrong one, was said back or asked."""
    holding = [slot for slot in NUMBERS if _value(conversation.profile, slot) in wrong]
    told = last_told(conversation)
    asked = [slot for slot in NUMBERS if conversation.open_question == slot]
    known = [slot for slot in NUMBERS if _value(conversation.profile, slot) is not None]
    for candidates in (holding, told, asked, known):
        if candidates:
            return candidates[0] if len(candidates) == 1 else None
    return None


def _swapped(sentence: Part, conversation: Conversation, lexicon: Lexicon) -> list[SlotUpdate]:
    """`I meant hours`: the number that was just given to one slot is the other's."""
    told = last_told(conversation)
    meant = [slot for slot in NUMBERS if _means(lexicon, slot).search(sentence.masked)]
    if len(told) != 1 or len(meant) != 1 or told[0] == meant[0]:
        return []
    known = getattr(conversation.profile, told[0])
    return [
        SlotUpdate(slot=told[0], operation=Operation.REMOVE, values=(), quote=known.words),
        SlotUpdate(slot=meant[0], values=(written(known.value),), quote=known.words),
    ]


def _means(lexicon: Lexicon, slot: NumberSlot) -> Phrases:
    return lexicon.team.means if slot == "team_size" else lexicon.hours.means


def _update(slot: NumberSlot, sentence: Part, measure: Figure) -> SlotUpdate:
    quote = sentence.cut(measure.start, measure.end).raw or sentence.raw
    return SlotUpdate(slot=slot, values=(written(measure.value),), quote=quote, up_to=measure.up_to)


def _value(profile: Profile, slot: NumberSlot) -> float | None:
    known = getattr(profile, slot)
    return float(known.value) if known else None


def _turn_of(profile: Profile, slot: NumberSlot) -> object:
    known = getattr(profile, slot)
    return known.turn_id if known else None
