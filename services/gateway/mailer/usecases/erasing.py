"""Forget what is erased, and what is old."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from contracts.cloudevent import CloudEvent
from contracts.events import ErasureRecorded
from services.gateway.mailer.ports import MailPorts
from services.gateway.mailer.ports.campaigns import CampaignPorts


async def erase_mails(conversation_ids: Sequence[UUID], ports: MailPorts) -> None:
    """Delete every mail of these conversations, and whom they are held with; safe to repeat."""
    await ports.threads.erase(conversation_ids)
    await ports.follow_ups.erase(conversation_ids)
    await ports.outbox.erase(conversation_ids)


async def forget_recipient(address: str, ports: MailPorts, campaigns: CampaignPorts) -> Sequence[UUID]:
    """The conversations that were begun by mail with an address, or are held with it, to be erased.

    Whoever stood on a list wants no mails from now on: the next list would bring them back. Safe to repeat.
    """
    address = address.strip().lower()
    begun = {campaigns.conversation_of(name, address) for name in await campaigns.campaigns.names()}
    found = await campaigns.campaigns.conversations_of(address, list(begun))
    if begun.intersection(found):
        await ports.outbox.suppress(address, "opt_out")
    return found


async def erase_mails_again(recorded: Sequence[CloudEvent[ErasureRecorded]], ports: MailPorts) -> None:
    """Delete what a backup has brought back of erased conversations."""
    await erase_mails([event.data.conversation_id for event in recorded], ports)


async def forget_old_mails(ports: MailPorts, *, keep: timedelta) -> None:
    """Delete mails that were settled long ago, and what is known of old silences."""
    before = ports.clock() - keep
    await ports.outbox.forget_old(before)
    await ports.follow_ups.forget_old(before)
