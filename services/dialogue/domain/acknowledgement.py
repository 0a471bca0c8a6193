"""Says back what was just stored, so that the visitor sees an error in it."""

from collections.abc import Mapping
from typing import Final

from contracts.values import Profile, Slot
from playbook import Playbook
from services.dialogue.domain.conversation import Conversation
from services.dialogue.domain.results import first_name, hours_a_week, is_open_range, written_count
from services.dialogue.domain.understanding import Intent, Operation, Understanding
from services.dialogue.domain.updates import REWORDED, SlotValue
from services.dialogue.domain.variation import has_said, least_said

Slots = Mapping[str, Slot[SlotValue]]

_MOST_VALUES: Final = 4
_LONGEST_VALUE: Final = 60
# The proposal shows them one below the other.
_NOT_SAID_BACK: Final = frozenset({"steps"})
_IN_QUOTES: Final = frozenset({"challenge", "task", "success_measure", "time_wasters", "out_of_scope"})


def stored_slots(profile: Profile, understanding: Understanding) -> Slots:
    """The slots that hold what these updates say; an update that was refused is not among them."""
    stored: dict[str, Slot[SlotValue]] = {}
    for update in understanding.updates:
        slot: Slot[SlotValue] | None = getattr(profile, update.slot)
        if slot is not None and slot.words == update.quote:
            stored[update.slot] = slot
    return stored


def removed_slots(profile: Profile, understanding: Understanding) -> tuple[str, ...]:
    """The slots that these updates emptied."""
    removals = (update.slot for update in understanding.updates if update.operation is Operation.REMOVE)
    return tuple(slot for slot in dict.fromkeys(removals) if getattr(profile, slot) is None)


def acknowledgement(
    conversation: Conversation,
    understanding: Understanding,
    playbook: Playbook,
    *,
    unsaid: frozenset[str] = frozenset(),
) -> list[str]:
    """The sentences that say back what was stored, none where nothing was.

    A value that is not certain is said as what was understood, with an invitation to correct it. `unsaid` are
    slots that the rest of the reply says.
    """
    lines, profile = playbook.lines, conversation.profile
    sentences = []
    stored = stored_slots(profile, understanding)
    is_moved = bool(stored) or understanding.wants(Intent.WANT_CHANGE)
    if removed_slots(profile, understanding) and not is_moved:
        sentences.append(least_said(lines.removed, conversation))
    stored = {name: slot for name, slot in stored.items() if name not in unsaid}
    values = {name: _value_of(name, slot, playbook) for name, slot in stored.items()}
    is_certain = {name: _is_certain(slot, playbook) for name, slot in stored.items()}
    certain = {name: value for name, value in values.items() if value and is_certain[name]}
    if "task" in certain and _is_new_task(conversation, playbook):
        sentences.append(least_said(lines.new_task, conversation, value=str(stored["task"].value)))
        certain = {name: value for name, value in certain.items() if name != "task"}
        stored = {name: slot for name, slot in stored.items() if name != "task"}
    saying = [name for name in certain if name not in _NOT_SAID_BACK] or [*certain]
    if len(saying) == 1 and not understanding.wants(Intent.CORRECT):
        sentences.append(_of_one_slot(saying[0], stored[saying[0]], conversation, playbook))
    elif said := list(dict.fromkeys(v for name, v in certain.items() if name not in _NOT_SAID_BACK)):
        wordings = lines.corrected if understanding.wants(Intent.CORRECT) else lines.several
        values_said = playbook.language.listed(said[:_MOST_VALUES])
        sentences.append(least_said(wordings, conversation, values=values_said))
    elif stored and all(is_certain.values()):
        sentences.append(least_said(lines.noted, conversation))
    # Only a number or a name is worth a doubt; a long text is not quoted back.
    is_text = _IN_QUOTES | _NOT_SAID_BACK
    if unsure := [v for name, v in values.items() if v and not is_certain[name] and name not in is_text]:
        understood = playbook.language.listed(unsure[:_MOST_VALUES])
        sentences.append(least_said(lines.understood_as, conversation, values=understood))
    return sentences


def _is_new_task(conversation: Conversation, playbook: Playbook) -> bool:
    """Whether the steps of another task were asked for before, and are not known of this one."""
    questions = (question for script in playbook.stages.values() for question in script.questions)
    asked = [text for each in questions if each.slot == "steps" for text in (each.ask, each.again)]
    is_open = conversation.profile.steps is None and "steps" not in conversation.skipped
    return is_open and any(has_said(text, conversation) for text in asked)


def _of_one_slot(name: str, slot: Slot[SlotValue], conversation: Conversation, playbook: Playbook) -> str:
    if name == "team_size" and slot.value == 1 and slot.up_to is None:
        return least_said(playbook.lines.team_of_one, conversation)
    value = _value_of(name, slot, playbook)
    if name == "name":
        value = first_name(value)
    sentence = least_said(playbook.lines.acknowledge[name], conversation, value=value)
    return f"{sentence[:1].upper()}{sentence[1:]}"


def _is_certain(slot: Slot[SlotValue], playbook: Playbook) -> bool:
    is_picked = isinstance(slot.value, int | float) and is_open_range(slot.value, slot.words, playbook)
    return slot.confidence >= REWORDED or is_picked


def _value_of(name: str, slot: Slot[SlotValue], playbook: Playbook) -> str:
    """The value as it is said back; nothing for what is too long to be, or asks something."""
    match slot.value:
        case int() | float() as number:
            up_to = slot.up_to if isinstance(slot.up_to, int | float) else None
            if name == "hours_per_week":
                return hours_a_week(number, playbook, up_to=up_to, words=slot.words)
            people = playbook.language.people
            return written_count(number, people, playbook, up_to=up_to, words=slot.words)
        case tuple() as items:
            value = playbook.language.listed(items)
        case str() as text:
            value = text
    if name in _NOT_SAID_BACK:
        return value
    if len(value) > _LONGEST_VALUE or "?" in value or "\n" in value:
        return ""
    return playbook.lines.quoted.format(value=value) if name in _IN_QUOTES else value
