"""Say what was awaited: the drafted proposal, the booking link."""

import structlog

from chassis import metrics
from contracts.cloudevent import CloudEvent, Event
from contracts.events import BookingLinkIssued, ProposalDrafted
from playbook import Booking
from services.dialogue.domain import (
    Conversation,
    say_booking,
    say_proposal,
    with_booking_link,
    with_proposal,
    with_reply,
)
from services.dialogue.ports import Loaded, Ports, Unsaved
from services.dialogue.usecases.ledger import Ledger
from services.dialogue.usecases.saving import save
from services.dialogue.usecases.telling import answered, answered_event, tell_waiting, whole_reply
from services.dialogue.usecases.translating import with_usage_of, worded

logger = structlog.get_logger()


async def say_drafted_proposal(event: CloudEvent[ProposalDrafted], ports: Ports) -> None:
    """Complete the turns that wait for a proposal. A draft that nobody waits for changes nothing.

    Raises:
        TransientError: nothing was stored; handle the event again.
    """
    loaded = await ports.store.load(event.data.conversation_id)
    conversation = _waiting_for(event, loaded)
    if conversation is not None:
        shown = with_proposal(conversation, event.data.proposal, event.data.tier)
        text = say_proposal(shown, event.data.proposal, event.data.tier, ports.playbook)
        await _complete(event, shown, text, loaded=loaded, ports=ports)


async def say_booking_link(event: CloudEvent[BookingLinkIssued], ports: Ports) -> None:
    """Complete the turns that wait for a link. A link that nobody waits for changes nothing.

    Raises:
        TransientError: nothing was stored; handle the event again.
    """
    loaded = await ports.store.load(event.data.conversation_id)
    conversation = _waiting_for(event, loaded)
    if conversation is not None:
        url = _own_link(event.data, conversation, ports.playbook.booking)
        shown = with_booking_link(conversation, url)
        text = say_booking(shown, url, ports.playbook)
        await _complete(event, shown, text, loaded=loaded, ports=ports)


def _own_link(issued: BookingLinkIssued, conversation: Conversation, booking: Booking) -> str:
    """The issued link, or the public one when it leads to no page of ours: that is never shown."""
    if booking.allows_issued(issued.url):
        return issued.url
    metrics.REFUSED_BOOKING_LINKS.inc()
    logger.error("booking_link_refused", booking_id=str(issued.booking_id))
    return booking.tracked_public_link(conversation.conversation_id, conversation.source)


def _waiting_for(event: CloudEvent[Event], loaded: Loaded) -> Conversation | None:
    awaiting = loaded.conversation.awaiting if loaded.conversation else None
    is_awaited = awaiting is not None and awaiting.request_event_id == event.causation_id
    return loaded.conversation if is_awaited else None


async def _complete(
    event: CloudEvent[Event], shown: Conversation, text: str, *, loaded: Loaded, ports: Ports
) -> None:
    """One reply settles all waiting turns; when a holding reply settled them, it is a message of its own."""
    waiting = shown.awaiting
    assert waiting is not None
    unsaved = ports.unsaved.find(event.id, loaded)
    if unsaved is None:
        unsaved = await _completing(shown, text, Ledger(event.id, loaded, ports.clock()), ports)
    await save(unsaved, ports)
    await tell_waiting(waiting, unsaved.change, unsaved.text, ports)
    await ports.announcer.publish(unsaved.change.events)


async def _completing(shown: Conversation, text: str, ledger: Ledger, ports: Ports) -> Unsaved:
    waiting = shown.awaiting
    assert waiting is not None
    wording = await worded(shown, text, ports)
    said = with_usage_of(whole_reply(waiting, wording.reply), wording)
    after = with_reply(shown.model_copy(update={"awaiting": None}), said.reply)
    event = answered_event(after, said, ports.playbook, reply_id=ledger.reply_id, turn_ids=waiting.turn_ids)
    ledger.record(event)
    outcome = answered(after, said, ledger.sequence)
    change = ledger.close(after, outcome, settled_turn_ids=waiting.turn_ids)
    return Unsaved(cause_id=ledger.cause, change=change, text=wording.reply)
