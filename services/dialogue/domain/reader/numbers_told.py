"""Gives each number that a visitor states or corrects to its slot; no number crosses from one to another."""

from collections.abc import Callable, Mapping, Sequence, Set
from typing import Final, Literal

from playbook.claims.quantities import written
from playbook.lexicon import NUMBER, Lexicon, Phrases
from services.dialogue.domain.conversation import Conversation
from services.dialogue.domain.reader.hours import hours_per_week
from services.dialogue.domain.reader.numbers import (
    bare_number,
    counted_by,
    holding,
    is_someone_more,
    negated,
    number_named,
)
from services.dialogue.domain.reader.team import people_perhaps, team_size
from services.dialogue.domain.reader.text import Figure, Part, is_only
from services.dialogue.domain.understanding import Operation, SlotUpdate

NumberSlot = Literal["team_size", "hours_per_week"]
NUMBERS: Final[tuple[NumberSlot, ...]] = ("team_size", "hours_per_week")
_TELLS_OF_WORK: Final = frozenset({"steps", "out_of_scope", "tools"})
# Among more numbers than this none is certain.
_MOST_FIGURES: Final = 12
_READERS: Final[Mapping[NumberSlot, Callable[..., Figure | None]]] = {
    "team_size": team_size,
    "hours_per_week": hours_per_week,
}


def numbers_told(
    sentences: Sequence[Part], conversation: Conversation, lexicon: Lexicon
) -> list[tuple[Part, SlotUpdate]]:
    """The sentences and clauses that state, correct or swap the team size or the hours, with what they say.

    Where two sentences disagree and neither says that it corrects the other, neither is believed.
    """
    told = list[tuple[Part, SlotUpdate]]()
    for sentence in sentences:
        fresh = tuple(dict.fromkeys(update.slot for _, update in told if update.slot in NUMBERS))
        whole = [(sentence, update) for update in _told_in(sentence, conversation, lexicon, fresh)]
        filled = {update.slot for _, update in whole}
        beside = [] if len(filled) == len(NUMBERS) else _told_beside(sentence, conversation, lexicon, filled)
        for part, update in (*whole, *beside):
            kind = (update.slot, update.operation)
            earlier = [one for _, one in told if (one.slot, one.operation) == kind]
            is_doubtful = any(one.values != update.values for one in earlier) and not _replaces(
                sentence, lexicon
            )
            told = [one for one in told if one[1] not in earlier]
            told.append((part, update.model_copy(update={"values": ()}) if is_doubtful else update))
    return [one for one in told if one[1].values or one[1].operation is Operation.REMOVE]


def _told_beside(
    sentence: Part, conversation: Conversation, lexicon: Lexicon, filled: Set[str]
) -> list[tuple[Part, SlotUpdate]]:
    """What a clause says for certain beside other numbers: `it's 23 of us, 12 is only the falconers`."""
    told, clauses = list[tuple[Part, SlotUpdate]](), _counting_clauses(sentence, lexicon)
    if len(clauses) > _MOST_FIGURES:
        return []
    for at, clause in enumerate(clauses):
        following = clauses[at + 1].masked if at + 1 < len(clauses) else ""
        more = lexicon.team.adds.begin(following)
        is_summed = more is not None and following[more.end() :].lstrip().startswith(NUMBER)
        people = [
            one
            for one in holding(clause, lexicon, counted_by(clause, lexicon.team.all_of_us))
            if not is_someone_more(clause.masked[one.end :].lstrip(), lexicon, is_certain=True)
        ]
        # All of us are not fewer than some of us; who corrects what is known may also count other things.
        largest = max(figure.value for figure in sentence.figures)
        is_part = bool(people) and conversation.profile.team_size is None and people[-1].value < largest
        if "team_size" not in filled and people and not (is_summed or is_part):
            told = [one for one in told if one[1].slot != "team_size"]
            told.append((clause, _update("team_size", clause, people[-1])))
    counted = (lexicon.team.all_of_us, lexicon.team.counted)
    others = [one for one in clauses if not any(counted_by(one, phrases) for phrases in counted)]
    is_alone = len(others) == 1 < len(clauses)
    if "hours_per_week" not in filled and is_alone:
        hours = _by_unit(others[0], "hours_per_week", conversation, lexicon, is_bare=False)
        told += [(others[0], _update("hours_per_week", others[0], hours))] if hours else []
    return told


def _counting_clauses(sentence: Part, lexicon: Lexicon) -> list[Part]:
    """The clauses with a number, cut at an `and` between two numbers."""
    clauses = list[Part]()
    for clause in sentence.clauses:
        parts = clause.split(match.span() for match in lexicon.answers.joins.all_in(clause.masked))
        counting = [part for part in parts if part.figures]
        clauses += counting if len(counting) > 1 else [clause] if clause.figures else []
    return clauses


def _replaces(sentence: Part, lexicon: Lexicon) -> bool:
    groups = (lexicon.numbers.instead, lexicon.numbers.totals, lexicon.intents["correct"])
    return any(phrases.search(sentence.masked) for phrases in groups)


def _told_in(
    sentence: Part, conversation: Conversation, lexicon: Lexicon, fresh: Sequence[str]
) -> list[SlotUpdate]:
    if len(sentence.figures) > _MOST_FIGURES:
        return []
    wrong = negated(sentence, lexicon)
    is_correction = bool(wrong) or lexicon.intents["correct"].search(sentence.masked) is not None
    said_back = [slot for slot in NUMBERS if slot in fresh] or last_told(conversation)
    found = {
        slot: measure
        for slot in NUMBERS
        if (
            measure := _by_unit(
                sentence, slot, conversation, lexicon, is_bare=not (is_correction and said_back)
            )
        )
    }
    if len(found) > 1 and found["team_size"].start == found["hours_per_week"].start:
        # One number was read for both slots: its unit is people, or it has none.
        del found["hours_per_week"]
    if found or not is_correction:
        return [_update(slot, sentence, measure) for slot, measure in found.items()]
    if not sentence.figures:
        return _swapped(sentence, conversation, lexicon)
    counts_people = conversation.profile.team_size and lexicon.team.persons.search(sentence.masked)
    target = "team_size" if counts_people else _corrected_slot(conversation, wrong, said_back)
    measure = bare_number(sentence, lexicon)
    return [_update(target, sentence, measure)] if target and measure else []


def team_perhaps(
    sentences: Sequence[Part], conversation: Conversation, lexicon: Lexicon
) -> tuple[SlotUpdate | None, SlotUpdate | None]:
    """A number of people that is said again after it was asked back, and one that is to be asked back."""
    found = [(one, people) for one in sentences if (people := people_perhaps(one, lexicon))]
    if conversation.open_question != "team_size" or len(found) != 1:
        return None, None
    sentence, (figure, is_whole) = found[0]
    update = _update("team_size", sentence, figure)
    if any(reply.means.updates == (update,) for reply in conversation.quick_replies):
        return (update if is_whole else None), None
    return None, update


def last_told(conversation: Conversation) -> list[NumberSlot]:
    """The number slots that the visitor's last message filled, which the reply said back."""
    earlier = conversation.visitor_messages
    last = earlier[-1].turn_id if earlier else None
    known = ((slot, getattr(conversation.profile, slot)) for slot in NUMBERS)
    return [slot for slot, value in known if value and value.turn_id == last]


def _by_unit(
    sentence: Part, slot: NumberSlot, conversation: Conversation, lexicon: Lexicon, *, is_bare: bool
) -> Figure | None:
    """The number that its unit, the name of its slot or the question gives to this slot.

    `is_bare` is false where a number without a unit corrects what was said back, whatever was asked.
    """
    is_known, text = getattr(conversation.profile, slot) is not None, sentence.masked
    is_open = conversation.open_question == slot or _is_late(sentence, slot, conversation, lexicon)
    has_time = any(unit.search(text) for unit in (lexicon.hours.hour, lexicon.hours.minute))
    if slot == "hours_per_week" and not has_time and not lexicon.hours.each.search(text):
        # `oh and 6, forgot the lad`, asked for hours, counts people.
        is_open = is_open and not lexicon.team.persons.search(text)
    measure = _READERS[slot](sentence, lexicon, is_asked=is_open and is_bare)
    if measure is None and (is_known or slot in conversation.asked):
        measure = _with_unit(sentence, slot, lexicon)
    if slot == "team_size" and not is_known and conversation.open_question in _TELLS_OF_WORK:
        # `My 3 employees do the phone` is not the team.
        words = (lexicon.numbers.present, lexicon.numbers.totals, lexicon.team.with_me)
        measure = measure if any(one.search(text) for one in words) else None
    name = lexicon.team.is_count if slot == "team_size" else lexicon.hours.is_count
    if measure is None and (is_known or is_open):
        measure = number_named(sentence, name, lexicon)
    return measure


def _is_late(sentence: Part, slot: NumberSlot, conversation: Conversation, lexicon: Lexicon) -> bool:
    """Whether a number alone answers what was asked before and is not known yet."""
    is_owed = slot in conversation.asked and getattr(conversation.profile, slot) is None
    is_other = conversation.open_question in NUMBERS or _replaces(sentence, lexicon)
    return is_owed and not is_other and bare_number(sentence, lexicon) is not None


def _with_unit(sentence: Part, slot: NumberSlot, lexicon: Lexicon) -> Figure | None:
    """The number of a slot that is known, with its unit: in a correction, or where nothing else is said."""
    units = lexicon.team.people if slot == "team_size" else lexicon.hours.hour
    is_correction = bool(negated(sentence, lexicon)) or lexicon.intents["correct"].search(sentence.masked)
    is_plain = is_only(sentence.masked, (units, lexicon.numbers.fillers), ignored=NUMBER)
    counted = " ".join(sentence.masked[figure.start :] for figure in sentence.figures)
    if is_correction and slot == "team_size":
        named = holding(sentence, lexicon, counted_by(sentence, units))
        if len(named) == 1:
            return named[0]
    has_unit = units.search(counted) and (is_correction or is_plain)
    return _READERS[slot](sentence, lexicon, is_asked=True) if has_unit else None


def _corrected_slot(
    conversation: Conversation, wrong: Sequence[float], said_back: Sequence[NumberSlot]
) -> NumberSlot | None:
    """The slot that a number without a unit puts right: it holds the wrong one, was said back or asked."""
    known = {slot: one.value for slot in NUMBERS if (one := getattr(conversation.profile, slot))}
    right = [slot for slot, value in known.items() if value in wrong]
    asked = [slot for slot in NUMBERS if conversation.open_question == slot]
    for candidates in (right, said_back, asked, list(known)):
        if candidates:
            return candidates[0] if len(candidates) == 1 else None
    return None


def _swapped(sentence: Part, conversation: Conversation, lexicon: Lexicon) -> list[SlotUpdate]:
    """`I meant hours`: the number that was just given to one slot is the other's."""
    told = last_told(conversation)
    means: Mapping[NumberSlot, Phrases] = {
        "team_size": lexicon.team.means,
        "hours_per_week": lexicon.hours.means,
    }
    meant = [slot for slot in NUMBERS if means[slot].search(sentence.masked)]
    if len(told) != 1 or len(meant) != 1 or told[0] == meant[0]:
        return []
    known = getattr(conversation.profile, told[0])
    return [
        SlotUpdate(slot=told[0], operation=Operation.REMOVE, values=(), quote=known.words),
        SlotUpdate(slot=meant[0], values=(written(known.value),), quote=known.words),
    ]


def _update(slot: NumberSlot, sentence: Part, measure: Figure) -> SlotUpdate:
    quote = sentence.cut(measure.start, measure.end).raw or sentence.raw
    return SlotUpdate(slot=slot, values=(written(measure.value),), quote=quote, up_to=measure.up_to)
