"""How each slot is read: the table that joins the slots with their readers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from contracts.values import Profile
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
from services.dialogue.domain.reading.text import Found, Span, searchable, without

SlotValue = str | int | float | tuple[str, ...]
Findings = Mapping[str, Found[SlotValue]]
Find = Callable[[str], Found[SlotValue] | None]
NUMBERS = ("hours_per_week", "team_size")


@dataclass(frozen=True, slots=True)
class Reader:
    """How a slot is read: where it is told plainly, and where it was just asked.

    `keeps` says what becomes of a known value: the latest wins, the first stays until it is asked for or
    corrected, or lists grow.
    """

    find: Find
    answered: Find | None
    keeps: Literal["latest", "first", "all"]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the reading knows of the conversation.

    `slot` was just asked, `along` in the same breath; `told` are the slots told before; in `asides` the
    visitor speaks to us, so that no answer is looked for there. `tools` are names of software to know besides
    the usual ones.
    """

    slot: str | None
    told: tuple[str, ...] = ()
    asides: tuple[Span, ...] = ()
    tools: tuple[str, ...] = ()
    along: str | None = None


READERS: Mapping[str, Reader] = {
    "business_type": Reader(business.find_business_type, business.business_type_answered, "first"),
    "name": Reader(contact.find_name, contact.name_answered, "latest"),
    "team_size": Reader(team.find_team_size, team.team_size_answered, "latest"),
    "challenge": Reader(pains.find_challenge, pains.challenge_answered, "first"),
    "time_wasters": Reader(pains.find_time_wasters, pains.time_wasters_answered, "all"),
    "tools": Reader(tools.find_tools, tools.tools_answered, "all"),
    "task": Reader(task.find_task, None, "first"),
    "steps": Reader(steps.find_steps, steps.steps_answered, "first"),
    "out_of_scope": Reader(steps.find_out_of_scope, None, "all"),
    "hours_per_week": Reader(hours.find_hours_per_week, hours.hours_answered, "latest"),
    "success_measure": Reader(success.find_success_measure, success.success_measure_answered, "latest"),
}
# These are told in sentences of their own, in which nothing else is looked for.
_APART = ("success_measure", "out_of_scope")


def plainly_told(message: str, more_tools: tuple[str, ...] = ()) -> dict[str, Found[SlotValue]]:
    """What a legible message tells in so many words, whatever was asked."""
    text = searchable(message)
    told = {slot: found for slot in _APART if (found := READERS[slot].find(text))}
    for found in tuple(told.values()):
        text = without(text, found)
    told |= {
        slot: found for slot, reader in READERS.items() if slot not in _APART and (found := reader.find(text))
    }
    if listed := tools.find_tools(text, more_tools):
        told["tools"] = listed
    email = contact.find_email(message)
    return told | {"contact_email": email} if email else told


def value_of(profile: Profile, slot: str) -> SlotValue | None:
    """What is known of a slot."""
    known = getattr(profile, slot)
    return known.value if known else None


def answer_to(slot: str, text: str, named_before: tuple[str, ...] = ()) -> Found[SlotValue] | None:
    """The text read as an answer to the question for `slot`."""
    if slot == "task":
        return task.task_answered(text, named_before)
    reader = READERS.get(slot)
    return reader.answered(text) if reader and reader.answered else None
