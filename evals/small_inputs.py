"""Single answers with what is right: each is read alone, and no wrong number may be stored."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from contracts.values import Slot
from evals.files import texts_in
from evals.scene import scene
from playbook import Playbook
from playbook.reading import understand
from playbook.reading.meaning import NUMBER_SLOTS, SLOT_NAMES
from playbook.reading.updates import apply_updates
from playbook.section import Section

SMALL_INPUTS = Path(__file__).with_name("small_inputs.yaml")
# The least share that has to be read right; it is what is reached today, cut after three digits.
LEAST_RIGHT = 0.76
# What is no slot: the visitor has read a proposal.
_AFTER_A_PROPOSAL = frozenset({"proposal", "tier", "contact"})
# That something was answered shows in what is stored; anything else says what the talk goes on by.
_SHOWN_BY_SLOTS = frozenset({"answer", "other"})


class SmallInput(Section):
    """One answer. `right` holds the slots to store, or says that nothing is to be stored."""

    language: str
    asked: str
    question: str = ""
    answer: str
    right: Mapping[str, Any] | str
    intents: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """What became of one answer."""

    of: SmallInput
    stored: Mapping[str, Slot[Any]]
    intents: frozenset[str]

    @property
    def wrong_numbers(self) -> tuple[str, ...]:
        """The numbers that were stored and are not right."""
        numbers = (slot for slot in self.stored if slot in NUMBER_SLOTS)
        return tuple(slot for slot in numbers if not self._is_right(slot))

    @property
    def is_right(self) -> bool:
        """Whether what had to be stored is stored, and nothing else, and what is wanted was understood."""
        wanted = {slot for slot, value in self._right.items() if value != []}
        # How to be called may be kept beside any answer; no file of answers says which they hold.
        stored = set(self.stored) - ({"contact_phone", "contact_time"} - wanted)
        is_stored = wanted == stored and all(map(self._is_right, wanted))
        return is_stored and (bool(wanted) or set(self.of.intents) - _SHOWN_BY_SLOTS <= self.intents)

    @property
    def _right(self) -> Mapping[str, Any]:
        return self.of.right if isinstance(self.of.right, Mapping) else {}

    def _is_right(self, slot: str) -> bool:
        right, stored = self._right.get(slot), self.stored[slot]
        if right is None:
            return False
        if slot in NUMBER_SLOTS:
            return _is_same_number(right, stored)
        values = stored.value if isinstance(stored.value, tuple) else (stored.value,)
        wanted = right if isinstance(right, list) else [right]
        return sorted(map(str.casefold, map(str, values))) == sorted(map(str.casefold, wanted))


def load_small_inputs(file: Path = SMALL_INPUTS) -> tuple[SmallInput, ...]:
    """Every answer of the file."""
    return tuple(SmallInput.model_validate(entry) for entry in texts_in(file))


def read(one: SmallInput, playbook: Playbook) -> Reading:
    """Understand an answer as the guided conversation does, and store what it tells."""
    has_proposal = one.asked in _AFTER_A_PROPOSAL
    asked = None if has_proposal else one.asked
    conversation, messages = scene(one.language, one.answer, asked=asked, has_proposal=has_proposal)
    meaning = understand(messages, conversation, playbook)
    profile = apply_updates(conversation.profile, meaning.updates, messages)
    told = ((str(name), getattr(profile, name)) for name in SLOT_NAMES)
    stored = {name: slot for name, slot in told if slot is not None}
    return Reading(one, stored, frozenset(map(str, meaning.intents)))


def share_right(readings: Sequence[Reading]) -> float:
    """The share of answers that were read right."""
    return sum(reading.is_right for reading in readings) / len(readings)


def show_readings(readings: Sequence[Reading], console: Console) -> None:
    """Print the shares by question and language, and how often a wrong number was stored; not whose words."""
    table = Table(title=f"{len(readings)} answers", box=None, header_style="bold")
    languages = list(dict.fromkeys(reading.of.language for reading in readings))
    for heading in ("asked", *languages, "all", "wrong numbers"):
        table.add_column(heading)
    for asked in (*dict.fromkeys(reading.of.asked for reading in readings), "all"):
        of_this = [reading for reading in readings if asked in {"all", reading.of.asked}]
        shares = [_share(one for one in of_this if one.of.language == language) for language in languages]
        wrong = sum(len(reading.wrong_numbers) for reading in of_this)
        table.add_row(asked, *shares, _share(of_this), str(wrong or ""))
    console.print(table)


def _share(readings: Iterable[Reading]) -> str:
    counted = list(readings)
    return f"{sum(reading.is_right for reading in counted)} of {len(counted)}" if counted else ""


def _is_same_number(right: Any, stored: Slot[Any]) -> bool:
    if not isinstance(right, Mapping):
        return stored.up_to is None and float(stored.value) == float(right)
    low, high = (float(right[end]) if end in right else None for end in ("from", "to"))
    if low is None:
        # `fewer than 20`: any number up to it.
        return high is not None and (stored.up_to or float(stored.value)) <= high
    return float(stored.value) == low and stored.up_to == high
