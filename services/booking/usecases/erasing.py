"""Forgets demos and addresses of whoever is erased, and bookings that belong to nobody for too long."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import structlog

from contracts.cloudevent import CloudEvent
from contracts.events import ErasureRecorded
from services.booking.usecases.demos import DemoDependencies

logger = structlog.get_logger()


async def erase_conversation(conversation_id: UUID, dependencies: DemoDependencies) -> None:
    """Delete the demos and addresses of a conversation. Safe to repeat.

    Raises:
        TransientError: nothing was deleted; do it again.
    """
    deleted = await dependencies.store.erase([conversation_id], dependencies.secret)
    if deleted:
        logger.info("bookings_erased", conversation_id=str(conversation_id), rows=deleted)


async def erase_again(
    recorded: Sequence[CloudEvent[ErasureRecorded]], dependencies: DemoDependencies
) -> None:
    """Delete what a restored backup brought back.

    Raises:
        TransientError: not all was deleted; do it again.
    """
    await dependencies.store.erase([event.data.conversation_id for event in recorded], dependencies.secret)


async def forget_unmatched(keep: timedelta, dependencies: DemoDependencies) -> None:
    """Delete bookings that nobody knows whose they are, and that are long over.

    Raises:
        TransientError: nothing was deleted; do it again.
    """
    before = dependencies.clock() - keep
    if deleted := await dependencies.store.forget_unmatched(before, dependencies.secret):
        logger.info("unmatched_bookings_forgotten", rows=deleted)
