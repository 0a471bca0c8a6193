"""What an operator reads in the console."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

from contracts.read_model import (
    AskedQuestion,
    AskedQuestions,
    Funnel,
    FunnelQuery,
    LeadPage,
    LeadQuery,
    LeadRecord,
    ListedLead,
    RefusalReason,
    RefusalReasons,
)
from services.gateway.domain import (
    FunnelTargets,
    FunnelView,
    LeadDocument,
    LeadView,
    funnel_view,
    lead_view,
)
from services.gateway.ports import ReadModel

_MOST_LISTED = 200


async def find_leads(wanted: LeadQuery, read_model: ReadModel) -> LeadPage:
    """A page of leads, newest first. Raises QueryRefused, LeadstoreUnavailable."""
    return LeadPage.model_validate_json(await read_model.leads(wanted))


async def find_all_leads(
    wanted: LeadQuery, first: LeadPage, read_model: ReadModel
) -> AsyncIterator[tuple[ListedLead, ...]]:
    """Every lead of a query, page by page from the first one on. Raises LeadstoreUnavailable."""
    page = first
    yield page.items
    while page.next_cursor is not None:
        page = await find_leads(wanted.model_copy(update={"cursor": page.next_cursor}), read_model)
        yield page.items


async def read_lead(conversation_id: UUID, read_model: ReadModel) -> LeadView:
    """Everything about one lead.

    Raises:
        ConversationUnknown: there is none.
        LeadstoreUnavailable: no answer.
    """
    document, record = await asyncio.gather(
        read_model.conversation(conversation_id, after_sequence=None), read_model.record(conversation_id)
    )
    return lead_view(LeadDocument.model_validate_json(document), LeadRecord.model_validate_json(record))


async def read_funnel(asked: FunnelQuery, targets: FunnelTargets, read_model: ReadModel) -> FunnelView:
    """The funnel beside the targets. Raises QueryRefused, LeadstoreUnavailable."""
    funnel = Funnel.model_validate_json(await read_model.funnel(asked))
    return funnel_view(funnel.items, targets)


async def read_hand_overs(read_model: ReadModel) -> tuple[ListedLead, ...]:
    """Leads that wait for a person, those that wait longest first. Raises LeadstoreUnavailable."""
    return LeadPage.model_validate_json(await read_model.hand_overs(limit=_MOST_LISTED)).items


async def read_questions(read_model: ReadModel) -> tuple[AskedQuestion, ...]:
    """Questions that nothing answered, those asked most often first. Raises LeadstoreUnavailable."""
    return AskedQuestions.model_validate_json(await read_model.questions(limit=_MOST_LISTED)).items


async def read_refusals(read_model: ReadModel) -> tuple[RefusalReason, ...]:
    """Why sentences of a model were not said, most often first. Raises LeadstoreUnavailable."""
    return RefusalReasons.model_validate_json(await read_model.refusals()).items
