"""List conversations and leads, read the record of one, and count the funnel."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from contracts.read_model import FunnelDay, LeadPage, LeadQuery, LeadRecord, ListedLead
from playbook import ScoreRule
from services.leadstore.domain import (
    NOTHING,
    Conversation,
    ConversationSummary,
    Page,
    Position,
    check_period,
    funnel_days,
    listed_lead_of,
    next_cursor,
    summary_of,
)
from services.leadstore.errors import UnknownConversation
from services.leadstore.ports import ReadModel, Reports


async def list_conversations(
    cursor: str | None, limit: int, read_model: ReadModel
) -> Page[ConversationSummary]:
    """A page of conversations, those that began last first.

    Raises:
        InvalidCursor: no page gave this cursor.
    """
    after = Position.from_cursor(cursor) if cursor else None
    found = await read_model.conversations(after=after, limit=limit)
    items = tuple(summary_of(conversation) for conversation in found[:limit])
    return Page(items=items, next_cursor=next_cursor(found, limit))


async def list_leads(wanted: LeadQuery, read_model: ReadModel, scoring: ScoreRule | None = None) -> LeadPage:
    """A page of leads, those whose conversation began last first.

    Raises:
        InvalidCursor: no page gave this cursor.
        InvalidPeriod: the period of the query ends before it begins, or is longer than a year.
    """
    if wanted.first is not None and wanted.last is not None:
        check_period(wanted.first, wanted.last)
    after = Position.from_cursor(wanted.cursor) if wanted.cursor else None
    found = await read_model.leads(wanted, after=after)
    return LeadPage(
        items=await _with_costs(found[: wanted.limit], read_model, scoring),
        next_cursor=next_cursor(found, wanted.limit),
    )


async def list_hand_overs(
    limit: int, read_model: ReadModel, reports: Reports, scoring: ScoreRule | None = None
) -> LeadPage:
    """The leads that wait for a person, those that wait longest first; there is no next page."""
    found = await reports.hand_overs(limit)
    return LeadPage(items=await _with_costs(found, read_model, scoring), next_cursor=None)


async def read_record(conversation_id: UUID, reports: Reports) -> LeadRecord:
    """What the transcript of a lead does not tell.

    Raises:
        UnknownConversation: nothing was said in it, or it was erased.
    """
    record = await reports.record(conversation_id)
    if record is None:
        raise UnknownConversation(f"there is no conversation {str(conversation_id)!r}")
    return record


async def read_funnel(first: date, last: date, reports: Reports) -> list[FunnelDay]:
    """How many conversations reached each step, day by day.

    Raises:
        InvalidPeriod: it ends before it begins, or is longer than a year.
    """
    check_period(first, last)
    counts = await reports.funnel_counts(first, last)
    return funnel_days(counts, await reports.daily_costs(first, last), first=first, last=last)


async def _with_costs(
    conversations: Sequence[Conversation], read_model: ReadModel, scoring: ScoreRule | None
) -> tuple[ListedLead, ...]:
    spent = await read_model.spent([conversation.id for conversation in conversations])
    leads = (listed_lead_of(each, spent.get(each.id, NOTHING), scoring) for each in conversations)
    return tuple(lead for lead in leads if lead is not None)
