"""Forget what is erased, and what is old."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from chassis.clock import Clock
from contracts.cloudevent import CloudEvent
from contracts.events import ErasureRecorded
from services.gateway.mailer.ports import Outbox


async def erase_mails(conversation_ids: Sequence[UUID], outbox: Outbox) -> None:
    """Delete every mail of these conversations; safe to repeat."""
    await outbox.erase(conversation_ids)


async def erase_mails_again(recorded: Sequence[CloudEvent[ErasureRecorded]], outbox: Outbox) -> None:
    """Delete what a backup has brought back of erased conversations."""
    await outbox.erase([event.data.conversation_id for event in recorded])


async def forget_old_mails(outbox: Outbox, clock: Clock, *, keep: timedelta) -> None:
    """Delete mails that were settled long ago."""
    await outbox.forget_old(clock() - keep)
