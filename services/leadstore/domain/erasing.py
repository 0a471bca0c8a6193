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
    conversation_id = erasure.conversation_id
    data = LeadErased(conversation_id=conversation_id, erased_at=erasure.erased_at)
    told = caused_by(conversation_id, data, source=_SOURCE, time=now, sequence=version)
    yield told
    yield tombstone_of(told)


def tombstone_of(told: CloudEvent[LeadErased]) -> Tombstone[LeadErased]:
    """The record without a value that follows `told`."""
    return Tombstone(
        id=derive_id(told.id, "tombstone"),
        source=told.source,
        time=told.time,
        data=told.data,
        causation_id=told.causation_id,
        sequence=told.sequence,
    )
