"""Takes mails: reads each, finds its conversation without asking anybody, and publishes it once."""

import asyncio
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Final, TypeVar
from uuid import UUID

import structlog

from chassis import metrics
from chassis.errors import TransientError
from chassis.mail import MailTokens, ParsedMail, is_opt_out_mailbox, mail_id_of, parse_mail
from contracts.cloudevent import derive_id
from contracts.events import MailReceived
from contracts.mail import DeliveryReport, MailAttachment, ResolvedBy
from services.gateway.domain import MailDelivery, read_sns_message, ses_delivery, verify_sns_message
from services.gateway.errors import MailTooSlow
from services.gateway.ports import Ports
from services.gateway.usecases.webhooks import publish_once

logger = structlog.get_logger()

ResultT = TypeVar("ResultT")

# 30 MB of the worst kind take four seconds on a slow machine.
_LONGEST_S: Final = 20.0
# Not the threads in which names are resolved.
_THREADS: Final = ThreadPoolExecutor(max_workers=2, thread_name_prefix="mail")


async def in_mail_thread(work: Callable[[], ResultT]) -> ResultT:
    """Do what may take seconds beside the event loop.

    Raises:
        MailTooSlow: it took too long.
    """
    try:
        async with asyncio.timeout(_LONGEST_S):
            return await asyncio.get_running_loop().run_in_executor(_THREADS, work)
    except TimeoutError as error:
        raise MailTooSlow(f"a mail was not read within {_LONGEST_S:.0f} s") from error


async def receive_mail(delivery: MailDelivery, tokens: MailTokens, ports: Ports) -> None:
    """Publish a mail, as it was read.

    Raises:
        DeliveryRepeated: this very delivery was published before.
        TransientError: not known to be published; the provider sends it again.
    """
    said = await in_mail_thread(partial(parse_mail, delivery.content, verdicts=delivery.verdicts))
    said = _as_what_it_is(said, delivery, tokens)
    conversation_id, resolved_by = await _conversation_of(said, delivery, tokens, ports)
    received = _received(said, delivery, conversation_id, resolved_by, at=ports.clock())
    await publish_once(delivery.delivery, received, derive_id(received.mail_id, received.type_name()), ports)
    metrics.MAILS_RECEIVED.labels(provider=received.provider, kind=received.kind).inc()
    logger.info(
        "mail_received",
        conversation_id=str(conversation_id),
        mail_id=str(received.mail_id),
        provider=received.provider,
        kind=received.kind,
        resolved_by=resolved_by,
        is_authentic=received.is_authentic,
    )


async def receive_by_sns(body: bytes, topics: Collection[str], tokens: MailTokens, ports: Ports) -> None:
    """Take a message of Amazon SNS: a mail, or the question whether a topic may send us some.

    Raises:
        SignatureInvalid, DeliveryUnreadable, DeliveryRepeated: it is refused.
        TransientError: not known to be published, or Amazon does not answer; SNS sends it again.
    """
    message = await in_mail_thread(partial(read_sns_message, body, topics))
    certificate = await ports.sns.certificate(message.certificate_url)
    verify_sns_message(message, certificate, ports.clock())
    if message.type == "SubscriptionConfirmation":
        await ports.sns.confirm(message.subscribe_url)
        logger.info("topic_confirmed", topic=message.topic)
        return
    delivery = (
        await in_mail_thread(partial(ses_delivery, message)) if message.type == "Notification" else None
    )
    if delivery is None:
        logger.info("topic_message_ignored", topic=message.topic, type=message.type)
    else:
        await receive_mail(delivery, tokens, ports)


def _as_what_it_is(said: ParsedMail, delivery: MailDelivery, tokens: MailTokens) -> ParsedMail:
    """The mail with the kind that only its envelope and our own addresses tell."""
    if said.kind in ("bounce", "complaint"):
        return said
    if any(is_opt_out_mailbox(address) for address in delivery.envelope_recipients):
        return replace(said, kind="opt_out")
    is_ours = said.message_id is not None and tokens.of_message_id(said.message_id) is not None
    if is_ours or (said.sender is not None and tokens.of_address(said.sender.address) is not None):
        # Our own mail has come back to us; nobody has to answer it.
        return replace(said, kind="auto_reply")
    return said


async def _conversation_of(
    said: ParsedMail, delivery: MailDelivery, tokens: MailTokens, ports: Ports
) -> tuple[UUID, ResolvedBy]:
    """The conversation of a mail: by its addresses, by the mails it names, else one of its sender alone."""
    addresses = [*delivery.envelope_recipients, *(each.address for each in said.recipients)]
    named = [said.in_reply_to, *reversed(said.references), said.returned_message_id]
    found: list[tuple[UUID | None, ResolvedBy]] = [
        *((tokens.of_address(each), "address") for each in addresses),
        *((tokens.of_message_id(each), "thread") for each in named if each is not None),
    ]
    sender = said.sender.address if said.sender else str(mail_id_of(said))
    for conversation_id, resolved_by in found:
        if conversation_id is not None and not await _is_erased(conversation_id, ports):
            return conversation_id, resolved_by
    return tokens.stand_in(sender), "sender"


async def _is_erased(conversation_id: UUID, ports: Ports) -> bool:
    """Whether a conversation was erased: then whoever writes is a stranger again."""
    try:
        return await ports.idempotency_store.is_erased(conversation_id)
    except TransientError:
        return False


def _received(
    said: ParsedMail,
    delivery: MailDelivery,
    conversation_id: UUID,
    resolved_by: ResolvedBy,
    *,
    at: datetime,
) -> MailReceived:
    envelope = [each.lower() for each in delivery.envelope_recipients]
    recipients = dict.fromkeys((*envelope, *(each.address for each in said.recipients)))
    return MailReceived(
        conversation_id=conversation_id,
        mail_id=mail_id_of(said),
        message_id=said.message_id,
        in_reply_to=said.in_reply_to,
        references=said.references,
        sender=said.sender.address[:320] if said.sender else None,
        sender_name=said.sender.name[:200] or None if said.sender else None,
        recipients=tuple(address[:320] for address in recipients)[:100],
        subject=said.subject[:998],
        kind=said.kind,
        reply=said.reply[:8_000],
        is_reply_certain=said.is_reply_certain,
        signature=said.signature[:2_000],
        text=said.text[:32_000],
        attachments=tuple(
            MailAttachment(
                filename=each.filename[:255], content_type=each.content_type, size_bytes=each.size_bytes
            )
            for each in said.attachments
        ),
        reports=tuple(
            DeliveryReport(recipient=each.recipient[:320], status=each.status, is_permanent=each.is_permanent)
            for each in said.reports
        ),
        is_authentic=said.sender is not None and said.verdicts.vouch_for(said.sender.domain),
        resolved_by=resolved_by,
        provider=delivery.provider,
        received_at=at,
        returned_message_id=said.returned_message_id,
    )
