"""What leadstore knows."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from contracts.erasures import Erasure, ErasureOrder, Person, PersonToErase
from contracts.read_model import FunnelQuery, LeadQuery
from contracts.turn_outcomes import OpenTurn, TurnOutcomes


class ReadModel(Protocol):
    """What leadstore shows, as JSON documents, and the withdrawal of links to a proposal."""

    async def conversation(self, conversation_id: UUID, *, after_sequence: int | None) -> bytes:
        """A transcript that has at least `after_sequence`, if that comes within about two seconds.

        Raises:
            ConversationUnknown: there is none, or not yet.
            ConversationErased: it was erased.
            LeadstoreUnavailable: no answer.
        """
        ...

    async def proposals(self, conversation_id: UUID) -> bytes:
        """Every revision of a proposal, and what led to it, if one comes within about two seconds.

        Raises:
            ConversationUnknown: there is none.
            LeadstoreUnavailable: no answer.
        """
        ...

    async def withdraw_proposal_links(self, conversation_id: UUID) -> None:
        """Withdraw every link to the proposal issued so far. Idempotent.

        Raises:
            ConversationUnknown: there is none.
            LeadstoreUnavailable: not known to be done; try again.
        """
        ...

    async def conversations(self, *, limit: int, cursor: str | None) -> bytes:
        """A page of conversations, newest first. Raises QueryRefused, LeadstoreUnavailable."""
        ...

    async def leads(self, wanted: LeadQuery) -> bytes:
        """A page of leads, newest first. Raises QueryRefused, LeadstoreUnavailable."""
        ...

    async def hand_overs(self, *, limit: int) -> bytes:
        """Leads that wait for a person, those that wait longest first. Raises LeadstoreUnavailable."""
        ...

    async def record(self, conversation_id: UUID) -> bytes:
        """What the transcript of a lead does not tell.

        Raises:
            ConversationUnknown: there is none.
            LeadstoreUnavailable: no answer.
        """
        ...

    async def refusals(self) -> bytes:
        """Why sentences of a model were not said, most often first. Raises LeadstoreUnavailable."""
        ...

    async def funnel(self, asked: FunnelQuery) -> bytes:
        """The funnel day by day. Raises QueryRefused, LeadstoreUnavailable."""
        ...

    async def questions(self, *, limit: int) -> bytes:
        """Unanswered questions, those asked most often first. Raises LeadstoreUnavailable."""
        ...


class PrivacyRecords(Protocol):
    """What leadstore holds of persons, to hand out or to erase. All of it raises LeadstoreUnavailable."""

    async def erasure(self, conversation_id: UUID, *, waits: bool) -> Erasure | None:
        """The erasure of a conversation, None while there is none; waits up to two seconds for it."""
        ...

    async def order_erasure(self, person: PersonToErase) -> ErasureOrder:
        """Note that all conversations of a person are to be erased, and which those are."""
        ...

    async def erasure_order(self, order_id: UUID) -> ErasureOrder | None:
        """What became of an order, None when there is none."""
        ...

    async def export(self, conversation_id: UUID) -> bytes:
        """Everything that is held of a conversation. Raises ConversationUnknown, ConversationErased."""
        ...

    async def exports(self, person: Person) -> bytes:
        """Everything that is held of all conversations of a person."""
        ...


class Outcomes(Protocol):
    """The stored outcomes of turns."""

    async def outcomes(self, turns: Sequence[OpenTurn]) -> TurnOutcomes:
        """Those of at most 500 turns that are known to have ended.

        Raises:
            LeadstoreUnavailable: no answer.
        """
        ...
