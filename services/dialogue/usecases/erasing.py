"""Erase conversations: whoever wants it, those that are old, and those that a backup brought back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from chassis import metrics
from contracts.cloudevent import CloudEvent
from contracts.events import ErasureRecorded
from contracts.values import ErasureReason
from services.dialogue.ports import Ports

logger = structlog.get_logger()

_AT_ONCE = 100
_MOST_BATCHES = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How long what nobody adds to is kept, None for ever: leads, other conversations, answered turns."""

    lead: timedelta | None
    other: timedelta | None
    turns: timedelta


async def erase_conversation(
    conversation_id: UUID, reason: ErasureReason, ports: Ports, *, at: datetime | None = None
) -> None:
    """Delete everything of a conversation, and tell all who hold something of it. Safe to repeat.

    `at` is when it was erased before, if a backup has brought it back.

    Raises:
        TransientError: not all is done; do it again.
    """
    erased = await ports.store.erase(conversation_id, reason, at or ports.clock())
    if not erased.was_erased:
        why = "restore" if at else reason
        metrics.CONVERSATIONS_ERASED.labels(why).inc()
        logger.info("conversation_erased", conversation_id=str(conversation_id), reason=why)
    await ports.live_state.forget(conversation_id, erased.mark.turn_ids, erased.mark.request_ids)
    await ports.announcer.publish(erased.events)


async def erase_again(recorded: Sequence[CloudEvent[ErasureRecorded]], ports: Ports) -> None:
    """Erase those conversations once more that are not known to be erased.

    Raises:
        TransientError: not all is done; do it again.
    """
    by_id = {event.data.conversation_id: event.data for event in recorded}
    for conversation_id in await ports.upkeep.not_erased(list(by_id)):
        erasure = by_id[conversation_id]
        await erase_conversation(conversation_id, erasure.reason, ports, at=erasure.erased_at)


async def erase_expired(retention: Retention, ports: Ports) -> None:
    """Erase the conversations that are older than they may be kept, and forget old turns; a bounded number.

    One process at a time does it; in the others nothing happens.

    Raises:
        TransientError: not all is done; do it again.
    """
    now = ports.clock()
    lead = now - retention.lead if retention.lead else None
    other = now - retention.other if retention.other else None
    async with ports.upkeep.only_one("retention") as is_ours:
        for _ in range(_MOST_BATCHES if is_ours else 0):
            expired = await ports.upkeep.expired(lead=lead, other=other, limit=_AT_ONCE)
            for conversation_id in expired:
                await erase_conversation(conversation_id, "retention", ports)
            if len(expired) < _AT_ONCE:
                break
        if is_ours:
            await ports.upkeep.forget_turns(now - retention.turns)
            metrics.RETENTION_APPLIED.set(now.timestamp())
