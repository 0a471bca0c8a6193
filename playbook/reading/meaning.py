"""What a visitor's message means, whoever understood it: a language model or the reader."""

from enum import StrEnum
from typing import Final, Literal, get_args

from contracts.text import CleanText
from contracts.values import Value

SlotName = Literal[
    "business_type", "team_size", "challenge", "time_wasters", "task", "steps", "out_of_scope", "tools",
    "hours_per_week", "success_measure", "name", "contact_email", "contact_phone",
    "contact_time",
]  # fmt: skip
SLOT_NAMES: Final[tuple[SlotName, ...]] = get_args(SlotName)
LINES: Final[tuple[SlotName, ...]] = (
    "business_type", "team_size", "task", "steps", "out_of_scope", "tools", "hours_per_week",
    "success_measure",
)  # fmt: skip
"""The numbered lines of what is noted, from 1."""
LIST_SLOTS: Final = frozenset({"time_wasters", "steps", "out_of_scope", "tools"})
NUMBER_SLOTS: Final = frozenset({"team_size", "hours_per_week"})
CONTACT_SLOTS: Final = frozenset({"name", "contact_email", "contact_phone", "contact_time"})
"""Who the visitor is. Nothing in a proposal follows from these."""

UNKNOWN_QUESTION: Final = "unknown"
"""Stands in `Understanding.questions` for a question that no fact answers."""
WHAT_IS_NOTED: Final = "what_is_noted"
"""Stands in `Understanding.questions` for a question about what the visitor has said so far."""


class Intent(StrEnum):
    """What a visitor wants with a message; one message may have several."""

    ANSWER = "answer"
    ASK = "ask"
    CORRECT = "correct"
    ACCEPT = "accept"
    WANT_DEMO = "want_demo"
    WANT_PERSON = "want_person"
    WANT_CHANGE = "want_change"
    OBJECT = "object"
    DECLINE = "decline"
    STOP = "stop"
    TAKE_LEAVE = "take_leave"
    SKIP = "skip"
    NO_QUESTIONS = "no_questions"
    GREET = "greet"
    THANK = "thank"
    OTHER = "other"


class Operation(StrEnum):
    """What happens to a slot. `set` and `replace` put the values in place of what is known."""

    SET = "set"
    ADD = "add"
    REMOVE = "remove"
    REPLACE = "replace"


class SlotUpdate(Value):
    """One fact the visitor stated or changed.

    `values` holds one value, of a list slot any number; numbers are written in digits. `up_to` is the upper
    end where the visitor gave a range. `quote` is the shortest span of the visitor's own words that carries
    the fact, from any of their messages. `is_reworded` says that a task is the same in other words.
    """

    slot: SlotName
    operation: Operation = Operation.SET
    values: tuple[CleanText, ...]
    quote: CleanText
    up_to: float | None = None
    is_reworded: bool = False


class Understanding(Value):
    """The meaning of the messages that one reply answers.

    `questions` are ids of facts, `unknown` or `what_is_noted`. `language` is a BCP 47 tag. `change_wish` is
    what the visitor wants different in the proposal, in their words. `tier` is the key of the tier they
    choose themselves. One of `candidates` may be meant; it is asked back which. `change_slot` is the part of
    what is noted that they want to tell anew; `leaves_open` are parts that are not to be asked for.
    """

    intents: tuple[Intent, ...]
    updates: tuple[SlotUpdate, ...] = ()
    questions: tuple[CleanText, ...] = ()
    language: CleanText | None = None
    change_wish: CleanText | None = None
    tier: CleanText | None = None
    candidates: tuple[SlotUpdate, ...] = ()
    change_slot: SlotName | None = None
    leaves_open: tuple[SlotName, ...] = ()

    def wants(self, *intents: Intent) -> bool:
        """Whether the visitor wants any of these."""
        return not set(intents).isdisjoint(self.intents)
