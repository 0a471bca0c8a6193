"""What others ask of the read model. For services inside the cluster: it knows no visitor and no key."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from chassis.clock import Clock
from chassis.errors import PermanentError, describe
from chassis.problems import Problem, problem_responses
from contracts.conversation_changes import ConversationChanges, FollowedConversations
from contracts.erasures import Erasure, ErasureOrder, Person, PersonToErase
from contracts.proposal_folder import ProposalFolder
from contracts.read_model import (
    AskedQuestions,
    Funnel,
    FunnelQuery,
    LeadPage,
    LeadQuery,
    LeadRecord,
    RefusalReasons,
)
from contracts.turn_outcomes import OpenTurns, TurnOutcomes
from playbook import ScoreRule
from services.leadstore.domain import (
    ConversationExport,
    ConversationSummary,
    Page,
    PersonExport,
    Transcript,
)
from services.leadstore.errors import (
    ErasedConversation,
    InvalidCursor,
    InvalidPeriod,
    UnknownConversation,
    UnknownErasure,
    UnknownProposal,
)
from services.leadstore.ports import PrivacyStore, ProjectionNotifier, ProposalLinks, ReadModel, Reports
from services.leadstore.usecases import (
    export_conversation,
    export_person,
    list_conversations,
    list_hand_overs,
    list_leads,
    order_erasure,
    read_changes,
    read_erasure,
    read_funnel,
    read_order,
    read_outcomes,
    read_proposals,
    read_record,
    read_transcript,
    withdraw_proposal_links,
)

AfterSequence = Annotated[
    int, Query(ge=0, description="Wait up to two seconds until the conversation is projected this far.")
]
Cursor = Annotated[str | None, Query(max_length=200, description="`next_cursor` of the page before.")]
Limit = Annotated[int, Query(ge=1, le=200, description="The most items of a page.")]
Waits = Annotated[bool, Query(description="Wait up to two seconds until it is done.")]
_REFUSALS: dict[type[PermanentError], tuple[int, str, str]] = {
    UnknownConversation: (404, "conversation-not-found", "Conversation not found"),
    UnknownProposal: (404, "proposal-not-found", "Proposal not found"),
    ErasedConversation: (410, "conversation-erased", "Conversation erased"),
    UnknownErasure: (404, "erasure-not-found", "Erasure not found"),
    InvalidCursor: (422, "invalid-cursor", "Invalid cursor"),
    InvalidPeriod: (422, "invalid-period", "Invalid period"),
}


def make_router(
    read_model: ReadModel,
    reports: Reports,
    links: ProposalLinks,
    notifier: ProjectionNotifier,
    *,
    clock: Clock,
    scoring: ScoreRule | None = None,
) -> APIRouter:
    """The routes over a read model, and the commands that others give."""
    router = APIRouter(tags=["read model"])
    _add_conversations(router, read_model, notifier)
    _add_lists(router, read_model, reports, scoring=scoring)
    _add_reports(router, reports, clock=clock)
    _add_links(router, links, clock=clock)
    return router


def make_privacy_router(
    read_model: ReadModel, notifier: ProjectionNotifier, privacy: PrivacyStore, *, clock: Clock
) -> APIRouter:
    """The routes of what is held of a person, and of what was erased."""
    router = APIRouter(tags=["privacy"])
    _add_erasures(router, notifier, privacy, clock=clock)
    _add_exports(router, read_model, privacy, clock=clock)
    return router


def _add_conversations(router: APIRouter, read_model: ReadModel, notifier: ProjectionNotifier) -> None:
    @router.get(
        "/conversations/{conversation_id}",
        operation_id="readConversation",
        summary="A whole conversation: what was said and what is known.",
        responses=problem_responses(404, 410, 422, 503),
    )
    async def read_conversation(conversation_id: UUID, after_sequence: AfterSequence = 0) -> Transcript:
        with _refusals():
            return await read_transcript(conversation_id, read_model, notifier, after_sequence=after_sequence)

    @router.get(
        "/conversations/{conversation_id}/proposals",
        operation_id="readProposals",
        summary="Every revision of a conversation's proposal, newest first.",
        responses=problem_responses(404, 410, 422, 503),
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

    @router.post(
        "/conversations/changes",
        operation_id="readChanges",
        summary="What is new in conversations that somebody follows, for the gateway.",
        responses=problem_responses(422, 503),
    )
    async def read_conversation_changes(followed: FollowedConversations) -> ConversationChanges:
        return await read_changes(followed, read_model)


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


def _add_erasures(
    router: APIRouter, notifier: ProjectionNotifier, privacy: PrivacyStore, *, clock: Clock
) -> None:
    @router.get(
        "/conversations/{conversation_id}/erasure",
        operation_id="readErasure",
        summary="The erasure of a conversation, once it is done.",
        responses=problem_responses(404, 422, 503),
    )
    async def read_one_erasure(conversation_id: UUID, *, waits: Waits = False) -> Erasure:
        with _refusals():
            return await read_erasure(conversation_id, privacy, notifier, waits=waits)

    @router.post(
        "/erasure-orders",
        operation_id="orderErasure",
        summary="Note that all conversations of a person are to be erased, and which those are.",
        responses=problem_responses(422, 503),
    )
    async def order(person: PersonToErase) -> ErasureOrder:
        return await order_erasure(person, privacy, clock)

    @router.get(
        "/erasure-orders/{order_id}",
        operation_id="readErasureOrder",
        summary="What became of an order to erase.",
        responses=problem_responses(404, 422, 503),
    )
    async def read_erasure_order(order_id: UUID) -> ErasureOrder:
        with _refusals():
            return await read_order(order_id, privacy)


def _add_exports(router: APIRouter, read_model: ReadModel, privacy: PrivacyStore, *, clock: Clock) -> None:
    @router.get(
        "/conversations/{conversation_id}/export",
        operation_id="exportConversation",
        summary="Everything that is held of a conversation.",
        responses=problem_responses(404, 410, 422, 503),
    )
    async def export(conversation_id: UUID) -> ConversationExport:
        with _refusals():
            return await export_conversation(conversation_id, read_model, privacy, clock)

    # Asked with POST, since an address has no place in a URL.
    @router.post(
        "/exports",
        operation_id="exportPerson",
        summary="Everything that is held of the conversations of a person.",
        responses=problem_responses(422, 503),
    )
    async def export_all(person: Person) -> PersonExport:
        return await export_person(person, read_model, privacy, clock)


def _add_lists(
    router: APIRouter, read_model: ReadModel, reports: Reports, *, scoring: ScoreRule | None
) -> None:
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
    async def read_leads(wanted: Annotated[LeadQuery, Query()]) -> LeadPage:
        with _refusals():
            return await list_leads(wanted, read_model, scoring)

    @router.get(
        "/hand-overs",
        operation_id="listHandOvers",
        summary="Leads whose visitor waits for a person, those that wait longest first.",
        responses=problem_responses(422, 503),
    )
    async def read_hand_overs(limit: Limit = 50) -> LeadPage:
        return await list_hand_overs(limit, read_model, reports, scoring)


def _add_reports(router: APIRouter, reports: Reports, *, clock: Clock) -> None:
    @router.get(
        "/conversations/{conversation_id}/record",
        operation_id="readRecord",
        summary="What the transcript of a lead does not tell: drafts, costs, refused sentences, times.",
        responses=problem_responses(404, 422, 503),
    )
    async def read_lead_record(conversation_id: UUID) -> LeadRecord:
        with _refusals():
            return await read_record(conversation_id, reports)

    @router.get(
        "/refusals",
        operation_id="listRefusalReasons",
        summary="Why sentences of a language model were not said, the most frequent reason first.",
        responses=problem_responses(503),
    )
    async def read_refusals() -> RefusalReasons:
        return RefusalReasons(items=tuple(await reports.refusal_reasons()))

    @router.get(
        "/questions",
        operation_id="listUnansweredQuestions",
        summary="Questions that no fact answered, those asked most often first.",
        responses=problem_responses(422, 503),
    )
    async def read_questions(limit: Limit = 50) -> AskedQuestions:
        return AskedQuestions(items=tuple(await reports.unanswered_questions(limit)))

    @router.get(
        "/funnel",
        operation_id="readFunnel",
        summary="How many conversations first reached each step, day by day.",
        responses=problem_responses(422, 503),
    )
    async def read_funnel_days(asked: Annotated[FunnelQuery, Query()]) -> Funnel:
        with _refusals():
            return Funnel(items=tuple(await read_funnel(*asked.period(clock().date()), reports)))


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except tuple(_REFUSALS) as refusal:
        status, code, title = _REFUSALS[type(refusal)]
        raise Problem(status=status, code=code, title=title, detail=describe(refusal)) from refusal
