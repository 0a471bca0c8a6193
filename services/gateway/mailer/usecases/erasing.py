"""Forget what is erased, and what is old."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from contracts.cloudevent import CloudEvent
from contracts.events import ErasureRecorded
from services.gateway.mailer.ports import MailPorts


async def erase_mails(conversation_ids: Sequence[UUID], ports: MailPorts) -> None:
    """Delete every mail of these conversations, and whom they are held with; safe to repeat."""
    await ports.threads.erase(conversation_ids)
    await ports.follow_ups.erase(conversation_ids)
    await ports.outbox.erase(conversation_ids)


async def erase_mails_again(recorded: Sequence[CloudEvent[ErasureRecorded]], ports: MailPorts) -> None:
    """Delete what a backup has brought back of erased conversations."""
    await erase_mails([event.data.conversation_id for event in recorded], ports)


async def forget_old_mails(ports: MailPorts, *, keep: timedelta) -> None:
    """Delete mails that were settled long ago, and what is known of old silences."""
    before = ports.clock() - keep
    await ports.outbox.forget_old(before)
    await ports.follow_ups.forget_old(before)
