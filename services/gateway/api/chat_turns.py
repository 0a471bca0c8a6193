"""A turn over any connection: admitted, handed on, and its reply as documents or as a stream of envelopes."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from uuid import UUID

from fastapi import Request
from starlette.types import Receive

from chassis.problems import Problem
from contracts.reply_stream import Done
from services.gateway.api.admission import admit_turn
from services.gateway.api.counted import RequestCounter
from services.gateway.api.disconnects import abandon_on_disconnect
from services.gateway.api.documents import Accepted, ChatAnswer
from services.gateway.api.envelopes import Envelope, Patience, reply_envelopes
from services.gateway.domain import ProposalLinks, Visitor
from services.gateway.usecases import FollowedTurn, take_turn


@dataclass(frozen=True, slots=True)
class ChatTurns:
    """Takes turns, whatever connection their requests come on."""

    counter: RequestCounter
    links: ProposalLinks
    patience: Patience

    async def take(self, request: Request) -> "TakenTurn":
        """Let a POST /chat in and hand its turn on. Raises like `admit_turn` and `take_turn`."""
        admitted = await admit_turn(request, self.counter)
        visitor = admitted.visitor
        return TakenTurn(
            followed=await take_turn(admitted.turn, self.counter.ports),
            session_token=self.counter.access_control.issue(visitor) if visitor else None,
            visitor=visitor,
            only_the_end=admitted.turn.only_the_end,
            is_key_ignored=admitted.is_key_ignored,
            base_url=str(request.base_url),
            chats=self,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenTurn:
    """A turn that was handed on, for one client."""

    followed: FollowedTurn
    session_token: str | None
    visitor: Visitor | None
    only_the_end: bool
    is_key_ignored: bool
    base_url: str
    chats: ChatTurns

    @property
    def conversation_id(self) -> UUID:
        """The conversation it belongs to, which it may have opened."""
        return self.followed.conversation_id

    @property
    def accepted(self) -> Accepted:
        """That the turn is safe."""
        return Accepted(
            conversation_id=self.followed.conversation_id,
            turn_id=self.followed.turn_id,
            session_token=self.session_token,
        )

    def envelopes(self) -> AsyncGenerator[Sequence[Envelope]]:
        """The reply as it is written."""
        accepted = self.accepted.model_dump_json()
        return reply_envelopes(self.followed, accepted, self._end, self.chats.patience)

    async def outcome(self, receive: Receive) -> ChatAnswer | Problem | None:
        """The whole reply, None when it comes later or the client is gone."""
        loop, followed = asyncio.get_running_loop(), self.followed
        deadline_s = loop.time() + self.chats.patience.answer_timeout_s
        try:
            async with abandon_on_disconnect(receive, followed):
                while followed.outcome is None and not followed.is_abandoned and loop.time() < deadline_s:
                    await followed.next_frames(deadline_s - loop.time())
        finally:
            followed.close()
        outcome = followed.outcome
        is_later = outcome is None or (isinstance(outcome, Done) and outcome.is_left_to_person)
        return None if is_later else self._document()

    def _end(self) -> str:
        document = self._document()
        return document.text() if isinstance(document, Problem) else document.model_dump_json()

    def _document(self) -> ChatAnswer | Problem:
        outcome = self.followed.outcome
        assert outcome is not None
        if isinstance(outcome, Done):
            return self._answer(outcome)
        if outcome.is_erased:
            return Problem(status=410, code="conversation-erased", title="Conversation erased")
        return Problem(
            status=502,
            code="turn-failed",
            title="Turn failed",
            # The read model does not know the words of the reply stream.
            detail=outcome.response or "The message could not be answered. Please say it another way.",
            members=self.accepted.model_dump(mode="json"),
        )

    def _answer(self, done: Done) -> ChatAnswer:
        # The ids are those of this request: a reply to a burst is one for several turns.
        return ChatAnswer(
            **dict(self.accepted),
            response=done.response,
            stage=done.stage,
            calendly_shown=done.calendly_shown,
            degraded=done.degraded,
            sequence=done.sequence,
            # Signed only when the reply shows the proposal.
            proposal_url=self._proposal_url() if done.proposal_shown else None,
            written_by=done.written_by,
            suggestions=list(done.suggestions),
        )

    def _proposal_url(self) -> str:
        return self.chats.links.address(self.followed.conversation_id, self.base_url)
