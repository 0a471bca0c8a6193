"""Projecting events, and reading what was projected."""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

import structlog

from chassis.clock import Clock
from contracts.cloudevent import CloudEvent, Event
from contracts.conversation_changes import ConversationChanges, FollowedConversations
from contracts.erasures import Erasure, ErasureOrder, Person
from contracts.events import ErasureRecorded
from contracts.proposal_folder import ProposalFolder
from contracts.read_model import FunnelDay, LeadPage, LeadQuery, LeadRecord, ListedLead
from contracts.turn_outcomes import OpenTurns, TurnOutcomes
from services.leadstore.domain import (
    NOTHING,
    Conversation,
    ConversationExport,
    ConversationSummary,
    Page,
    PersonExport,
    Position,
    Projection,
    Transcript,
    changed_leads,
    check_period,
    erased_of,
    export_of,
    funnel_days,
    lead_changes,
    lead_ended,
    lead_erased,
    listed_lead_of,
    next_cursor,
    project,
    summary_of,
)
from services.leadstore.errors import (
    ErasedConversation,
    UnknownConversation,
    UnknownErasure,
    UnknownProposal,
)
from services.leadstore.ports import (
    LeadStore,
    LeadStream,
    PrivacyStore,
    ProjectionNotifier,
    ProposalLinks,
    ReadModel,
    Reports,
)

logger = structlog.get_logger()

_WAIT_S = 2.0
_END_AT_ONCE = 500
# Another replica may project the conversation; it does not notify this one.
_POLL_S = 0.2


async def project_events(
    events: Sequence[CloudEvent[Event]],
    store: LeadStore,
    leads: LeadStream,
    notifier: ProjectionNotifier,
    *,
    clock: Clock,
) -> None:
    """Project a batch in one transaction, then publish the leads it changed. Safe to repeat.

    Raises:
        ProjectionOutrun, DatabaseUnavailable: nothing of the batch was kept; try again.
    """
    async with store.batch() as batch:
        claim = await batch.claim(events)
        fresh = {event.id: event for event in events if event.id in claim.fresh_ids}
        if not fresh:
            return
        projection = project(claim.known, fresh.values())
        changed = changed_leads(projection)
        unpublished = await batch.take_back(list(changed)) if changed else {}
        announcements = [
            *lead_changes(projection, changed, unpublished, now=clock()),
            *_leads_erased(projection, clock()),
        ]
        await batch.save(projection, announcements)
    notifier.notify(list(projection.after))
    await leads.publish(announcements)


async def end_leads_again(store: LeadStore, leads: LeadStream, clock: Clock) -> None:
    """Publish once more that leads have no value, which lets Kafka delete what was published of them.

    It deletes nothing of the segment that is written to, and a partition that nobody writes to keeps that
    segment for ever: the second record begins another one.

    Raises:
        DatabaseUnavailable: try again.
    """
    while events := await store.end_leads_again(
        lambda erasure: lead_ended(erasure, now=clock(), ordinal=1), _END_AT_ONCE
    ):
        await leads.publish(events)
        if len(events) < _END_AT_ONCE:
            return


async def erase_again(
    recorded: Sequence[CloudEvent[ErasureRecorded]],
    store: LeadStore,
    leads: LeadStream,
    notifier: ProjectionNotifier,
    *,
    clock: Clock,
) -> None:
    """Project erasures once more, of which those that are known change nothing.

    Raises:
        ProjectionOutrun, DatabaseUnavailable: try again.
    """
    erased = [erased_of(event) for event in recorded]
    await project_events(erased, store, leads, notifier, clock=clock)


def _leads_erased(projection: Projection, now: datetime) -> Iterator[CloudEvent[Event]]:
    for conversation_id, erasure in projection.erasures.items():
        yield from lead_erased(erasure, now=now, version=projection.after[conversation_id].version)


async def read_transcript(
    conversation_id: UUID, read_model: ReadModel, notifier: ProjectionNotifier, *, after_sequence: int = 0
) -> Transcript:
    """The whole conversation, as of `after_sequence` if that is projected within two seconds.

    Raises:
        UnknownConversation: nothing was said in it.
        ErasedConversation: it was erased.
    """
    if after_sequence:
        await _wait_for(conversation_id, after_sequence, read_model, notifier)
    transcript = await read_model.transcript(conversation_id)
    if transcript is None:
        await _refuse_erased(conversation_id, read_model)
        raise UnknownConversation(f"there is no conversation {str(conversation_id)!r}")
    return transcript


async def read_proposals(
    conversation_id: UUID, read_model: ReadModel, notifier: ProjectionNotifier
) -> ProposalFolder:
    """Every revision of a conversation's proposal; waits up to two seconds for the first.

    The visitor may open it the moment it was shown. The events of dialogue and proposal arrive in any order:
    a draft may be known before the profile it was made from.

    Raises:
        UnknownProposal: none was drafted.
        ErasedConversation: the conversation was erased.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + _WAIT_S
    await _refuse_erased(conversation_id, read_model)
    with notifier.listen(conversation_id) as listener:
        folder = await read_model.proposals(conversation_id)
        while (folder is None or not folder.is_said) and loop.time() < deadline:
            await listener.wait(_POLL_S)
            folder = await read_model.proposals(conversation_id)
    if folder is None:
        raise UnknownProposal(f"there is no proposal in conversation {str(conversation_id)!r}")
    return folder


async def read_outcomes(turns: OpenTurns, read_model: ReadModel) -> TurnOutcomes:
    """The outcomes of turns; those that have not ended are left out."""
    return await read_model.outcomes(turns.turns) if turns.turns else TurnOutcomes()


async def read_changes(followed: FollowedConversations, read_model: ReadModel) -> ConversationChanges:
    """What is new in conversations; those in which nothing is are left out."""
    if not followed.conversations:
        return ConversationChanges()
    return ConversationChanges(changes=tuple(await read_model.changes(followed.conversations)))


async def withdraw_proposal_links(conversation_id: UUID, links: ProposalLinks, clock: Clock) -> None:
    """Withdraw every link to the proposal issued so far. Idempotent.

    Raises:
        UnknownConversation: there is none, or it was erased.
        DatabaseUnavailable: try again.
    """
    if not await links.withdraw(conversation_id, clock()):
        raise UnknownConversation(f"there is no conversation {str(conversation_id)!r}")
    logger.info("proposal_links_withdrawn", conversation_id=str(conversation_id))


async def read_erasure(
    conversation_id: UUID, privacy: PrivacyStore, notifier: ProjectionNotifier, *, waits: bool
) -> Erasure:
    """The erasure of a conversation; `waits` up to two seconds for it.

    Raises:
        UnknownErasure: it is not erased, or not yet.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + (_WAIT_S if waits else 0.0)
    with notifier.listen(conversation_id) as listener:
        while (erasure := await privacy.erasure(conversation_id)) is None and loop.time() < deadline:
            await listener.wait(_POLL_S)
    if erasure is None:
        raise UnknownErasure(f"conversation {str(conversation_id)!r} is not erased")
    return erasure


async def order_erasure(person: Person, privacy: PrivacyStore, clock: Clock) -> ErasureOrder:
    """Note which conversations of a person are to be erased. The address itself is not kept."""
    found = await privacy.conversations_of(_normalised(person.email))
    order = ErasureOrder(order_id=uuid4(), ordered_at=clock(), conversation_ids=tuple(found))
    if found:
        await privacy.order(order)
    logger.info("erasure_ordered", order_id=str(order.order_id), conversations=len(found))
    return order


async def read_order(order_id: UUID, privacy: PrivacyStore) -> ErasureOrder:
    """What became of an order; raises UnknownErasure when there is none."""
    order = await privacy.find_order(order_id)
    if order is None:
        raise UnknownErasure(f"there is no order {str(order_id)!r}")
    return order


async def export_conversation(
    conversation_id: UUID, read_model: ReadModel, privacy: PrivacyStore, clock: Clock
) -> ConversationExport:
    """Everything that is held of a conversation.

    Raises:
        UnknownConversation: nothing was said in it.
        ErasedConversation: it was erased.
    """
    transcript = await read_model.transcript(conversation_id)
    if transcript is None:
        await _refuse_erased(conversation_id, read_model)
        raise UnknownConversation(f"there is no conversation {str(conversation_id)!r}")
    return export_of(transcript, await privacy.records(conversation_id), at=clock())


async def export_person(
    person: Person, read_model: ReadModel, privacy: PrivacyStore, clock: Clock
) -> PersonExport:
    """Everything that is held of the conversations in which a person gave their address."""
    exports = [
        await export_conversation(conversation_id, read_model, privacy, clock)
        for conversation_id in await privacy.conversations_of(_normalised(person.email))
    ]
    return PersonExport(exported_at=clock(), conversations=tuple(exports))


def _normalised(address: str) -> str:
    return address.strip().lower()


async def _refuse_erased(conversation_id: UUID, read_model: ReadModel) -> None:
    if await read_model.is_erased(conversation_id):
        raise ErasedConversation(f"conversation {str(conversation_id)!r} was erased")


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


async def list_leads(wanted: LeadQuery, read_model: ReadModel) -> LeadPage:
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
        items=await _with_costs(found[: wanted.limit], read_model),
        next_cursor=next_cursor(found, wanted.limit),
    )


async def list_hand_overs(limit: int, read_model: ReadModel, reports: Reports) -> LeadPage:
    """The leads that wait for a person, those that wait longest first; there is no next page."""
    found = await reports.hand_overs(limit)
    return LeadPage(items=await _with_costs(found, read_model), next_cursor=None)


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


async def forget_processed_events(store: LeadStore, clock: Clock, *, keep: timedelta) -> None:
    """Delete the marks of events that are too old to come again.

    Raises:
        DatabaseUnavailable: try again.
    """
    forgotten = await store.forget_processed(before=clock() - keep)
    logger.info("processed_events_forgotten", events=forgotten)


async def _with_costs(conversations: Sequence[Conversation], read_model: ReadModel) -> tuple[ListedLead, ...]:
    spent = await read_model.spent([conversation.id for conversation in conversations])
    leads = (listed_lead_of(each, spent.get(each.id, NOTHING)) for each in conversations)
    return tuple(lead for lead in leads if lead is not None)


async def _wait_for(
    conversation_id: UUID, sequence: int, read_model: ReadModel, notifier: ProjectionNotifier
) -> None:
    loop = asyncio.get_running_loop()
    deadline = loop.time() + _WAIT_S
    with notifier.listen(conversation_id) as listener:
        while await read_model.last_sequence(conversation_id) < sequence and loop.time() < deadline:
            await listener.wait(_POLL_S)
