"""What is stored of a conversation: what became of its turns, and the change that one transaction writes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from contracts.cloudevent import CloudEvent, Event
from contracts.values import Author, Stage
from playbook.reading.talk import Message
from services.dialogue.domain.conversation import Conversation


class TurnStatus(StrEnum):
    """How far a turn has come. One that is `left` waits for a person, and its stream has ended."""

    AWAITING = "awaiting"
    ANSWERED = "answered"
    LEFT = "left"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a turn. `sequence` is that of the last event it led to.

    `proposal_shown`, `suggestions` and `author` are not stored: they follow from the conversation. It knows
    the author of its newest reply; any other that is shown again is taken for a model's.
    """

    status: TurnStatus
    stage: Stage
    sequence: int
    reply: str = ""
    calendly_shown: bool = False
    proposal_shown: bool = False
    degraded: bool = False
    suggestions: tuple[str, ...] = ()
    author: Author = "model"


@dataclass(frozen=True, slots=True)
class Loaded:
    """A conversation as it is stored, version 0 when it is not, and the outcomes of the turns asked for.

    Of an erased conversation only that is known.
    """

    conversation: Conversation | None
    version: int
    outcomes: Mapping[UUID, Outcome] = field(default_factory=dict)
    is_erased: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What one cause leads to, in one transaction: the conversation, an outcome for its turns, the events.

    `new_turns` are turns seen for the first time; `settled_turn_ids` are turns that were awaiting or
    had failed. The turn `asking` has read `read` of its reply. `wake_at` is when an awaited result is looked
    after, None for never.
    """

    cause_id: UUID
    conversation: Conversation
    version: int
    outcome: Outcome
    new_turns: Sequence[Message] = ()
    settled_turn_ids: Sequence[UUID] = ()
    events: Sequence[CloudEvent[Event]]
    asking: UUID | None = None
    read: str = ""
    wake_at: datetime | None = None

    @property
    def turn_ids(self) -> tuple[UUID, ...]:
        """The turns that get the outcome."""
        return (*(message.turn_id for message in self.new_turns), *self.settled_turn_ids)


class UnsavedChanges:
    """What a model was paid for and what is not stored yet, by its cause; it is not asked of it again.

    In the memory of this process, and not too many: whoever takes over a conversation decides anew.
    """

    def __init__(self, at_most: int = 1_000) -> None:
        self._at_most = at_most
        self._by_cause: dict[UUID, Change] = {}
        self._asked_about: dict[UUID, None] = {}

    def may_ask(self, turn_ids: Sequence[UUID]) -> bool:
        """Whether a model may be asked about these turns; not where an attempt that asked it was cut off."""
        is_first = self._asked_about.keys().isdisjoint(turn_ids)
        self._asked_about |= dict.fromkeys(turn_ids)
        self._forget_oldest(self._asked_about)
        return is_first

    def find(self, cause_id: UUID, loaded: Loaded) -> Change | None:
        """What was decided on this cause, if the conversation still is as it was then."""
        found = self._by_cause.get(cause_id)
        return found if found is not None and found.version == loaded.version else None

    def keep(self, change: Change) -> None:
        """Keep a change until it is stored."""
        self._by_cause[change.cause_id] = change
        self._forget_oldest(self._by_cause)
        for turn_id in change.turn_ids:
            self._asked_about.pop(turn_id, None)

    def drop(self, change: Change) -> None:
        """Forget a change that is stored or overtaken."""
        self._by_cause.pop(change.cause_id, None)

    def _forget_oldest(self, kept: dict[UUID, Change] | dict[UUID, None]) -> None:
        while len(kept) > self._at_most:
            del kept[next(iter(kept))]
