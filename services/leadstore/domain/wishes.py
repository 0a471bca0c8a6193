"""What the visitor asked, chose, wished and declined. Events may come in any order, and more than once."""

from datetime import datetime

from contracts.cloudevent import CloudEvent, Event
from contracts.events import (
    ConversationClosed,
    HandOverRequested,
    QuestionUnanswered,
    StageAdvanced,
    TierChosen,
    TurnAnswered,
)
from contracts.values import Closing, Value


class UnansweredQuestion(Value):
    """A question that no fact answered. The sequence identifies it and says which came first."""

    sequence: int
    question: str
    asked_at: datetime


class Wishes(Value):
    """Registers of one conversation; the event with the highest sequence counts.

    `interest_sequence` is that of the last event that shows interest: it opens a closed conversation again.
    """

    unanswered: tuple[UnansweredQuestion, ...] = ()
    chosen_tier: str | None = None
    chosen_sequence: int = 0
    chosen_at: datetime | None = None
    person_wanted_at: datetime | None = None
    closing: Closing | None = None
    closed_sequence: int = 0
    closed_at: datetime | None = None
    interest_sequence: int = 0
    interest_at: datetime | None = None

    @property
    def closed(self) -> Closing | None:
        """How the visitor ended the conversation, None while it is open."""
        return self.closing if self.closed_sequence > self.interest_sequence else None

    @property
    def unanswered_questions(self) -> tuple[str, ...]:
        """The questions in the order they were asked in, each once."""
        return tuple(dict.fromkeys(asked.question for asked in self.unanswered))

    @property
    def changed_at(self) -> datetime | None:
        """When any of it last changed."""
        is_reopened = self.closing is not None and self.closed is None
        times = (
            *(asked.asked_at for asked in self.unanswered),
            self.chosen_at,
            self.person_wanted_at,
            self.closed_at,
            self.interest_at if is_reopened else None,
        )
        return max((time for time in times if time is not None), default=None)


def wishes_after(wishes: Wishes, event: CloudEvent[Event]) -> Wishes:
    """The registers after `event`."""
    match event.data:
        case QuestionUnanswered(question=question):
            return _with_question(wishes, question, event.sequence or 0, event.time)
        case TierChosen(tier=tier):
            return _with_interest(_with_tier(wishes, tier, event.sequence or 0, event.time), event)
        case HandOverRequested():
            wanted_at = min(event.time, wishes.person_wanted_at or event.time)
            return _with_interest(wishes.model_copy(update={"person_wanted_at": wanted_at}), event)
        case StageAdvanced() | TurnAnswered(calendly_shown=True):
            return _with_interest(wishes, event)
        case ConversationClosed(reason=reason):
            return _closed(wishes, reason, event.sequence or 0, event.time)
        case _:
            return wishes


def _with_question(wishes: Wishes, question: str, sequence: int, at: datetime) -> Wishes:
    others = (asked for asked in wishes.unanswered if asked.sequence != sequence)
    asked = UnansweredQuestion(sequence=sequence, question=question, asked_at=at)
    in_order = sorted((*others, asked), key=lambda each: each.sequence)
    return wishes.model_copy(update={"unanswered": tuple(in_order)})


def _with_tier(wishes: Wishes, tier: str, sequence: int, at: datetime) -> Wishes:
    if sequence <= wishes.chosen_sequence:
        return wishes
    return wishes.model_copy(update={"chosen_tier": tier, "chosen_sequence": sequence, "chosen_at": at})


def _with_interest(wishes: Wishes, event: CloudEvent[Event]) -> Wishes:
    sequence = event.sequence or 0
    if sequence <= wishes.interest_sequence:
        return wishes
    return wishes.model_copy(update={"interest_sequence": sequence, "interest_at": event.time})


def _closed(wishes: Wishes, reason: Closing, sequence: int, at: datetime) -> Wishes:
    if sequence <= wishes.closed_sequence:
        return wishes
    return wishes.model_copy(update={"closing": reason, "closed_sequence": sequence, "closed_at": at})
