"""Project events, and what follows from it: leads are published, ended and forgotten."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import structlog

from chassis import metrics
from chassis.clock import Clock
from contracts.cloudevent import CloudEvent, Event
from contracts.events import ErasureRecorded, QuestionUnanswered
from playbook import ScoreRule
from services.leadstore.domain import (
    Projection,
    changed_leads,
    erased_of,
    lead_changes,
    lead_ended,
    lead_erased,
    project,
)
from services.leadstore.ports import LeadStore, LeadStream, ProjectionNotifier

logger = structlog.get_logger()

_END_AT_ONCE = 500


async def project_events(
    events: Sequence[CloudEvent[Event]],
    store: LeadStore,
    leads: LeadStream,
    notifier: ProjectionNotifier,
    *,
    clock: Clock,
    scoring: ScoreRule | None = None,
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
        changed = changed_leads(projection, scoring)
        unpublished = await batch.take_back(list(changed)) if changed else {}
        announcements = [
            *lead_changes(projection, changed, unpublished, now=clock(), scoring=scoring),
            *_leads_erased(projection, clock()),
        ]
        await batch.save(projection, announcements)
    metrics.QUESTIONS_UNANSWERED.inc(
        sum(isinstance(each.data, QuestionUnanswered) for each in fresh.values())
    )
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


async def forget_processed_events(store: LeadStore, clock: Clock, *, keep: timedelta) -> None:
    """Delete the marks of events that are too old to come again.

    Raises:
        DatabaseUnavailable: try again.
    """
    forgotten = await store.forget_processed(before=clock() - keep)
    logger.info("processed_events_forgotten", events=forgotten)


def _leads_erased(projection: Projection, now: datetime) -> Iterator[CloudEvent[Event]]:
    for conversation_id, erasure in projection.erasures.items():
        yield from lead_erased(erasure, now=now, version=projection.after[conversation_id].version)
