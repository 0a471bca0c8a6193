"""Erase a conversation."""

from uuid import UUID

import structlog

from chassis import metrics
from contracts.values import ErasureReason
from services.dialogue.ports import Ports

logger = structlog.get_logger()


async def erase_conversation(conversation_id: UUID, reason: ErasureReason, ports: Ports) -> None:
    """Delete everything of a conversation, and tell all who hold something of it. Safe to repeat.

    Raises:
        TransientError: not all is done; do it again.
    """
    erased = await ports.store.erase(conversation_id, reason, ports.clock())
    await ports.live_state.forget(conversation_id, erased.mark.turn_ids, erased.mark.request_ids)
    if not erased.was_erased:
        metrics.CONVERSATIONS_ERASED.labels(reason).inc()
        logger.info("conversation_erased", conversation_id=str(conversation_id), reason=reason)
    await ports.announcer.publish(erased.events)
