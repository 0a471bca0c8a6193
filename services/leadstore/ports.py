"""The ports of leadstore."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from contracts.cloudevent import CloudEvent, Event
from contracts.conversation_changes import ConversationChange, FollowedConversation
from contracts.erasures import Erasure, ErasureOrder
from contracts.proposal_folder import ProposalFolder
from contracts.read_model import AskedQuestion, LeadQuery, LeadRecord, RefusalReason, Step
from contracts.turn_outcomes import OpenTurn, TurnOutcomes
from services.leadstore.domain import (
    Conversation,
    Position,
    Projection,
    Records,
    Spent,
    Transcript,
)


@dataclass(frozen=True, slots=True)
class Claim:
    """Which events of a batch count, and what is known of the conversations they belong to."""

    fresh_ids: frozenset[UUID]
    known: dict[UUID, Conversation]


class Batch(Protocol):
    """One transaction."""

    async def claim(self, events: Sequence[CloudEvent[Event]]) -> Claim:
        """Mark events as processed; those that were before are not fresh.

        Raises:
            DatabaseUnavailable: try again.
        """

    async def take_back(self, conversation_ids: Sequence[UUID]) -> dict[UUID, tuple[str, ...]]:
        """Withdraw lead changes that a crash left unpublished, so that none is published after a newer one.

        Returns:
            By conversation, the names of the facts that they said to have changed.

        Raises:
            DatabaseUnavailable: try again.
        """

    async def save(self, projection: Projection, events: Sequence[CloudEvent[Event]]) -> None:
        """Write what a batch changed and the events to publish about it.

        Raises:
            ProjectionOutrun: another replica changed a conversation since it was claimed.
            DatabaseUnavailable: try again.
        """


class LeadStore(Protocol):
    """The store of projections."""

    def batch(self) -> AbstractAsyncContextManager[Batch]:
        """Begin a transaction; committed at the end of the block, rolled back when it raises."""

    async def end_leads_again(
        self, events_of: Callable[[Erasure], CloudEvent[Event]], limit: int
    ) -> list[CloudEvent[Event]]:
        """Store the events that end some of the leads which are due for it; returns them."""

    async def forget_processed(self, before: datetime) -> int:
        """Delete the marks of events processed before then; returns their number."""


class LeadStream(Protocol):
    """The way out for what is told of leads, once it is stored."""

    async def publish(self, events: Sequence[CloudEvent[Event]]) -> None:
        """Publish now. What fails is published later; nothing is raised."""


class ReadModel(Protocol):
    """What was projected, for readers. All of it raises DatabaseUnavailable when it cannot be read now."""

    async def last_sequence(self, conversation_id: UUID) -> int:
        """How far dialogue's events of the conversation are projected; 0 when none is."""

    async def transcript(self, conversation_id: UUID) -> Transcript | None:
        """The whole conversation, None when it has not begun or was erased."""

    async def is_erased(self, conversation_id: UUID) -> bool:
        """Whether a conversation was erased."""

    async def outcomes(self, turns: Sequence[OpenTurn]) -> TurnOutcomes:
        """How those of the turns ended that are projected as answered or failed."""

    async def changes(self, followed: Sequence[FollowedConversation]) -> list[ConversationChange]:
        """Those of the conversations whose version is not the one that is known, in no order."""

    async def proposals(self, conversation_id: UUID) -> ProposalFolder | None:
        """Every revision of the proposal, None when there is none or the conversation was erased."""

    async def spent(self, conversation_ids: Sequence[UUID]) -> dict[UUID, Spent]:
        """What a language model took, by conversation; those it took nothing for are left out."""

    async def conversations(self, *, after: Position | None, limit: int) -> list[Conversation]:
        """The newest conversations that began before the position, one more than `limit` if there is one."""

    async def leads(self, wanted: LeadQuery, *, after: Position | None) -> list[Conversation]:
        """The newest of these that began before the position, one more than asked for if there is one."""


class Reports(Protocol):
    """What is counted over all conversations, and what is recorded of one. Raises DatabaseUnavailable.

    Erased conversations are left out, except in what the funnel and the costs count.
    """

    async def record(self, conversation_id: UUID) -> LeadRecord | None:
        """What the transcript of a lead does not tell, None when it has not begun or was erased."""

    async def hand_overs(self, limit: int) -> list[Conversation]:
        """Conversations whose visitor waits for a person, those that wait longest first."""

    async def unanswered_questions(self, limit: int) -> list[AskedQuestion]:
        """The questions that no fact answered, those asked most often first."""

    async def refusal_reasons(self) -> list[RefusalReason]:
        """Why sentences of a language model were not said, the most frequent reason first."""

    async def daily_costs(self, first: date, last: date) -> dict[date, float]:
        """What a language model cost on each day, in dollars and UTC; days without any are left out."""

    async def funnel_counts(self, first: date, last: date) -> list[tuple[date, Step, int]]:
        """How many conversations reached which step on which day, in UTC."""

    async def recent_funnel(self, days: int, until: datetime) -> dict[str, int]:
        """How many conversations first reached which step in so many days; `canceled` is one more.

        Canceled are those that booked in these days and have no demo any more, erased ones left out.
        """

    async def recent_cost(self, days: int, until: datetime) -> float:
        """What a language model cost in so many days, in dollars."""


class ProposalLinks(Protocol):
    """The links under which proposals are passed on."""

    async def withdraw(self, conversation_id: UUID, at: datetime) -> bool:
        """Withdraw every link issued until then. Idempotent: the latest time counts.

        Returns:
            Whether there is such a conversation.

        Raises:
            DatabaseUnavailable: try again.
        """


class PrivacyStore(Protocol):
    """What is held of persons, and what was erased. All of it raises DatabaseUnavailable."""

    async def erasure(self, conversation_id: UUID) -> Erasure | None:
        """The erasure of a conversation, None while it was not erased."""

    async def conversations_of(self, address: str) -> Sequence[UUID]:
        """The conversations in which a visitor gave this address, which is in lower case."""

    async def order(self, order: ErasureOrder) -> None:
        """Store which conversations are to be erased."""

    async def find_order(self, order_id: UUID) -> ErasureOrder | None:
        """What became of an order, None when there is none."""

    async def records(self, conversation_id: UUID) -> Records:
        """Every row that is stored of a conversation, by table."""


class Listener(Protocol):
    """A reader that waits for one conversation to be projected further."""

    async def wait(self, timeout_s: float) -> None:
        """Return when the conversation was projected further, or after the time-out. Never raises for it."""


class ProjectionNotifier(Protocol):
    """Wakes the readers that wait for a conversation once more of it is projected."""

    def notify(self, conversation_ids: Sequence[UUID]) -> None:
        """Wake those who wait for these conversations."""

    def listen(self, conversation_id: UUID) -> AbstractContextManager[Listener]:
        """A listener that is woken from now on, also for what comes before it waits."""
