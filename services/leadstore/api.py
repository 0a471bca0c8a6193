"""What others ask of the read model. For services inside the cluster: it knows no visitor and no key."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from chassis.clock import Clock
from chassis.errors import PermanentError, describe
from chassis.problems import Problem, problem_responses
from contracts.proposal_folder import ProposalFolder
from contracts.turn_outcomes import OpenTurns, TurnOutcomes
from contracts.values import LeadStatus, Value
from services.leadstore.domain import (
    AskedQuestion,
    ConversationSummary,
    FunnelDay,
    ListedLead,
    Page,
    Transcript,
)
from services.leadstore.errors import InvalidCursor, InvalidPeriod, UnknownConversation, UnknownProposal
from services.leadstore.ports import ProjectionNotifier, ProposalLinks, ReadModel
from services.leadstore.usecases import (
    list_conversations,
    list_leads,
    read_funnel,
    read_outcomes,
    read_proposals,
    read_transcript,
    withdraw_proposal_links,
)

AfterSequence = Annotated[
    int, Query(ge=0, description="Wait up to two seconds until the conversation is projected this far.")
]
Cursor = Annotated[str | None, Query(max_length=200, description="`next_cursor` of the page before.")]
Limit = Annotated[int, Query(ge=1, le=200, description="The most items of a page.")]
Status = Annotated[LeadStatus | None, Query(description="Only leads that have come this far.")]
# A wide bound, so that no sum of days leaves the calendar.
_EARLIEST, _LATEST = date(2000, 1, 1), date(2999, 12, 31)
FirstDay = Annotated[
    date | None,
    Query(
        alias="from", ge=_EARLIEST, le=_LATEST, description="First day, UTC. Default: 29 days before `to`."
    ),
]
LastDay = Annotated[
    date | None, Query(alias="to", ge=_EARLIEST, le=_LATEST, description="Last day, UTC. Default: today.")
]

_DEFAULT_PERIOD = timedelta(days=29)
_REFUSALS: dict[type[PermanentError], tuple[int, str, str]] = {
    UnknownConversation: (404, "conversation-not-found", "Conversation not found"),
    UnknownProposal: (404, "proposal-not-found", "Proposal not found"),
    InvalidCursor: (422, "invalid-cursor", "Invalid cursor"),
    InvalidPeriod: (422, "invalid-period", "Invalid period"),
}


class Questions(Value):
    """Questions that no fact answered, those asked most often first."""

    items: list[AskedQuestion]


class Funnel(Value):
    """The funnel, one row a day."""

    items: list[FunnelDay]


def make_router(
    read_model: ReadModel, links: ProposalLinks, notifier: ProjectionNotifier, *, clock: Clock
) -> APIRouter:
    """The routes over a read model, and the one command that others give."""
    router = APIRouter(tags=["read model"])
    _add_conversations(router, read_model, notifier)
    _add_lists(router, read_model, clock=clock)
    _add_links(router, links, clock=clock)
    return router


def _add_conversations(router: APIRouter, read_model: ReadModel, notifier: ProjectionNotifier) -> None:
    @router.get(
        "/conversations/{conversation_id}",
        operation_id="readConversation",
        summary="A whole conversation: what was said and what is known.",
        responses=problem_responses(404, 422, 503),
    )
    async def read_conversation(conversation_id: UUID, after_sequence: AfterSequence = 0) -> Transcript:
        with _refusals():
            return await read_transcript(conversation_id, read_model, notifier, after_sequence=after_sequence)

    @router.get(
        "/conversations/{conversation_id}/proposals",
        operation_id="readProposals",
        summary="Every revision of a conversation's proposal, newest first.",
        responses=problem_responses(404, 422, 503),
    )
    async def read_proposal_folder(conversation_id: UUID) -> ProposalFolder:
        with _refusals():
            return await read_proposals(conversation_id, read_model, notifier)

    # Asked with POST, since the ids of hundreds of turns are too long for an address.
    @router.post(
        "/turns/outcomes",
        operation_id="readOutcomes",
        summary="How turns ended, for a gateway that cannot follow their replies.",
        responses=problem_responses(422, 503),
    )
    async def read_turn_outcomes(turns: OpenTurns) -> TurnOutcomes:
        return await read_outcomes(turns, read_model)


def _add_links(router: APIRouter, links: ProposalLinks, *, clock: Clock) -> None:
    @router.delete(
        "/conversations/{conversation_id}/proposal-links",
        operation_id="withdrawProposalLinks",
        summary="Let no link to the proposal that was given out so far open it any more.",
        status_code=204,
        responses=problem_responses(404, 422, 503),
    )
    async def withdraw(conversation_id: UUID) -> None:
        with _refusals():
            await withdraw_proposal_links(conversation_id, links, clock)


def _add_lists(router: APIRouter, read_model: ReadModel, *, clock: Clock) -> None:
    @router.get(
        "/conversations",
        operation_id="listConversations",
        summary="Conversations, those that began last first.",
        responses=problem_responses(422, 503),
    )
    async def read_conversations(limit: Limit = 50, cursor: Cursor = None) -> Page[ConversationSummary]:
        with _refusals():
            return await list_conversations(cursor, limit, read_model)

    @router.get(
        "/leads",
        operation_id="listLeads",
        summary="Leads, those whose conversation began last first.",
        responses=problem_responses(422, 503),
    )
    async def read_leads(limit: Limit = 50, cursor: Cursor = None, status: Status = None) -> Page[ListedLead]:
        with _refusals():
            return await list_leads(cursor, limit, status, read_model)

    @router.get(
        "/questions",
        operation_id="listUnansweredQuestions",
        summary="Questions that no fact answered, those asked most often first.",
        responses=problem_responses(422, 503),
    )
    async def read_questions(limit: Limit = 50) -> Questions:
        return Questions(items=await read_model.unanswered_questions(limit))

    @router.get(
        "/funnel",
        operation_id="readFunnel",
        summary="How many conversations first reached each step, day by day.",
        responses=problem_responses(422, 503),
    )
    async def read_funnel_days(first: FirstDay = None, last: LastDay = None) -> Funnel:
        last = last or clock().date()
        with _refusals():
            return Funnel(items=await read_funnel(first or last - _DEFAULT_PERIOD, last, read_model))


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except tuple(_REFUSALS) as refusal:
        status, code, title = _REFUSALS[type(refusal)]
        raise Problem(status=status, code=code, title=title, detail=describe(refusal)) from refusal
