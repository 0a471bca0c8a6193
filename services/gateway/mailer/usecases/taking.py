"""Take a mail that came in: a person's becomes a turn, a bounce or an opt-out ends mails to an address."""

from uuid import UUID

import structlog

from chassis import metrics
from contracts.cloudevent import CloudEvent, derive_id, originate
from contracts.events import MailReceived, MailUnsubscribed, TurnReceived, VisitorOptedOut
from services.gateway.mailer.domain import SuppressionReason, ending_of, turn_of
from services.gateway.mailer.ports import MailPorts

logger = structlog.get_logger()


async def take_mail(event: CloudEvent[MailReceived], ports: MailPorts) -> None:
    """Handle a mail; safe to repeat.

    Raises:
        TransientError: not all is done; do it again.
    """
    mail, ending = event.data, str(event.data.kind)
    await _note_arrived(mail, ports)
    match mail.kind:
        case "human_reply":
            ending = await _take_words(event, ports)
        case "opt_out":
            await _suppress(mail.sender, "opt_out", ports)
            await _close_conversation(event, ports)
        case "bounce" | "complaint":
            await _take_reports(mail, ports)
        case "auto_reply":
            # Whoever answers a machine that answers by itself never stops.
            pass
    metrics.MAILS_TAKEN.labels(ending).inc()
    logger.info("mail_taken", mail_id=str(mail.mail_id), provider=mail.provider, ending=ending)


async def _note_arrived(mail: MailReceived, ports: MailPorts) -> None:
    """Whoever names a mail of ours has it: also a machine, and a server that could not deliver it."""
    named = [
        each for each in (mail.in_reply_to, mail.returned_message_id, *mail.references) if each is not None
    ]
    if named:
        await ports.outbox.note_arrived(named)


async def suppress_recipient(event: CloudEvent[MailUnsubscribed], ports: MailPorts) -> None:
    """Send nothing more that they did not ask for to whom the mail was sent; safe to repeat."""
    unsubscribed = event.data
    address = await ports.outbox.recipient_of(unsubscribed.conversation_id, unsubscribed.number)
    metrics.MAILS_TAKEN.labels("unsubscribed").inc()
    await _suppress(address, "opt_out", ports)
    await _tell_opt_out(event.id, unsubscribed.conversation_id, address, ports)


async def _close_conversation(event: CloudEvent[MailReceived], ports: MailPorts) -> None:
    """Close the conversation of a mail that wants no more, if it proves whose conversation that is."""
    mail = event.data
    if mail.resolved_by != "sender" or mail.is_authentic:
        facts = await ports.threads.facts(mail)
        await _tell_opt_out(event.id, facts.conversation_id, mail.sender, ports)


async def _tell_opt_out(cause_id: UUID, conversation_id: UUID, address: str | None, ports: MailPorts) -> None:
    """Publish it, unless somebody else who takes part in the conversation opted out."""
    if address is not None and await ports.threads.is_with_another(conversation_id, address):
        return
    event_id = derive_id(cause_id, VisitorOptedOut.type_name())
    told = VisitorOptedOut(conversation_id=conversation_id)
    await ports.publisher.publish(originate(told, event_id=event_id, source="gateway", time=ports.clock()))


async def _take_words(event: CloudEvent[MailReceived], ports: MailPorts) -> str:
    mail = event.data
    facts = await ports.threads.facts(mail)
    ending = ending_of(mail, facts, ports.rules)
    await ports.threads.keep(mail, facts, ending)
    if ending == "turn":
        payers = ports.payers(mail, is_opening=facts.is_new_thread)
        mails = await ports.threads.mails_before(mail.mail_id)
        is_colleague = await ports.threads.is_with_another(facts.conversation_id, mail.sender or "")
        turn = turn_of(mail, facts.conversation_id, payers, mails, is_colleague=is_colleague)
        event_id = derive_id(turn.turn_id, TurnReceived.type_name())
        await ports.publisher.publish(
            originate(turn, event_id=event_id, source="gateway", time=ports.clock())
        )
    return ending


async def _take_reports(mail: MailReceived, ports: MailPorts) -> None:
    """Believe reports about addresses that we have written to: anybody can write that somebody is gone."""
    reason: SuppressionReason = "complaint" if mail.kind == "complaint" else "bounce"
    for report in mail.reports:
        if report.is_permanent and await ports.outbox.has_written_to(report.recipient):
            await _suppress(report.recipient, reason, ports)


async def _suppress(address: str | None, reason: SuppressionReason, ports: MailPorts) -> None:
    if address is not None:
        await ports.outbox.suppress(address, reason)
        logger.info("address_suppressed", reason=reason)
