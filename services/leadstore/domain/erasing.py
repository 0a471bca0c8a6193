"""An erasure in an event, and what subscribers of leads are told of it."""

from collections.abc import Iterator
from datetime import datetime

from contracts.cloudevent import CloudEvent, Event, Tombstone, caused_by, derive_id
from contracts.erasures import Erasure
from contracts.events import ConversationErased, ErasureRecorded, LeadErased

_SOURCE = "leadstore"


def erasure_of(event: CloudEvent[Event]) -> Erasure | None:
    """The erasure in the event; None when it holds none."""
    if not isinstance(event.data, ConversationErased):
        return None
    erased = event.data
    return Erasure(
        conversation_id=erased.conversation_id,
        erased_at=event.time,
        reason=erased.reason,
        deleted=erased.deleted,
    )


def erased_of(recorded: CloudEvent[ErasureRecorded]) -> CloudEvent[ConversationErased]:
    """The event by which dialogue told of an erasure, with its id; its topic keeps that for a month only."""
    erasure = recorded.data
    data = ConversationErased(
        conversation_id=erasure.conversation_id, reason=erasure.reason, deleted=erasure.deleted
    )
    return caused_by(
        erasure.conversation_id,
        data,
        source=recorded.source,
        time=erasure.erased_at,
        sequence=recorded.sequence,
    )


def lead_erased(erasure: Erasure, *, now: datetime, version: int) -> Iterator[CloudEvent[LeadErased]]:
    """The two records that end a lead in the public stream: that it was erased, then no value.

    They are published whether or not a lead is known: where a backup was restored, one may have been
    published that is not known any more.
    """
    yield caused_by(erasure.conversation_id, _told(erasure), source=_SOURCE, time=now, sequence=version)
    yield lead_ended(erasure, now=now)


def lead_ended(erasure: Erasure, *, now: datetime, ordinal: int = 0) -> Tombstone[LeadErased]:
    """A record without a value; `ordinal` distinguishes the second one from the first."""
    cause = erasure.conversation_id
    return Tombstone(
        id=derive_id(cause, "lead-ended", ordinal),
        source=_SOURCE,
        time=now,
        data=_told(erasure),
        causation_id=cause,
        sequence=None,
    )


def _told(erasure: Erasure) -> LeadErased:
    return LeadErased(conversation_id=erasure.conversation_id, erased_at=erasure.erased_at)
