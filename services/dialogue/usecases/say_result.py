"""Complete the turns that wait for a result: the drafted proposal, the booking link."""

from uuid import UUID

import structlog

from chassis import metrics
from contracts.cloudevent import CloudEvent, Event
from contracts.events import BookingLinkIssued, ProposalDrafted
from playbook import Booking
from services.dialogue.domain import (
    ActionKind,
    Awaiting,
    Conversation,
    NextAction,
    booking_text,
    hand_over_text,
    proposal_text,
    quick_replies_for,
    spoken,
    with_booking_link,
    with_proposal,
    with_reply,
)
from services.dialogue.ports import Loaded, Ports, Unsaved
from services.dialogue.usecases.ledger import Ledger
from services.dialogue.usecases.outcomes import (
    answered,
    answered_event,
    awaiting,
    whole_reply,
    write_awaited,
)
from services.dialogue.usecases.overdue import wake_at
from services.dialogue.usecases.requests import proposal_request
from services.dialogue.usecases.saving import save
from services.dialogue.usecases.translating import with_usage_of, worded

logger = structlog.get_logger()

# Corrections that come while a draft is made are drafted before anything is shown, but not without end.
_MOST_REQUESTS = 3


async def say_drafted_proposal(event: CloudEvent[ProposalDrafted], ports: Ports) -> None:
    """Complete the turns that wait for a proposal. A draft that nobody waits for changes nothing.

    Raises:
        TransientError: nothing was stored; handle the event again.
    """
    loaded = await ports.store.load(event.data.conversation_id)
    conversation = _waiting_for(event, loaded)
    if conversation is None or conversation.awaiting is None:
        return
    drafted = with_proposal(conversation, event.data.proposal, event.data.tier)
    if conversation.is_stale and conversation.awaiting.requests < _MOST_REQUESTS:
        await _draft_again(event, drafted, loaded, ports)
        return
    text = proposal_text(drafted, event.data.not_granted, spoken(drafted, ports.playbook))
    await complete_waiting(event.id, drafted, text, loaded=loaded, ports=ports)


async def say_booking_link(event: CloudEvent[BookingLinkIssued], ports: Ports) -> None:
    """Complete the turns that wait for a link. A link that nobody waits for changes nothing.

    Raises:
        TransientError: nothing was stored; handle the event again.
    """
    loaded = await ports.store.load(event.data.conversation_id)
    conversation = _waiting_for(event, loaded)
    if conversation is not None:
        url = _own_link(event.data, conversation, ports.playbook.booking)
        linked = with_booking_link(conversation, url)
        await complete_waiting(event.id, linked, link_text(linked, url, ports), loaded=loaded, ports=ports)


def link_text(conversation: Conversation, url: str, ports: Ports) -> str:
    """The link; whoever asked for a person is told how to reach one, too."""
    playbook = spoken(conversation, ports.playbook)
    if conversation.wants_person:
        return hand_over_text(conversation, playbook)
    return booking_text(conversation, url, playbook)


def _own_link(issued: BookingLinkIssued, conversation: Conversation, booking: Booking) -> str:
    """The issued link, or the public one when it leads to no page of ours: that is never shown."""
    if booking.allows_issued(issued.url):
        return issued.url
    metrics.REFUSED_BOOKING_LINKS.inc()
    logger.error("booking_link_refused", booking_id=str(issued.booking_id))
    return booking.tracked_public_link(conversation.conversation_id, conversation.source)


def _waiting_for(event: CloudEvent[Event], loaded: Loaded) -> Conversation | None:
    waiting = loaded.conversation.awaiting if loaded.conversation else None
    is_awaited = waiting is not None and waiting.request_event_id == event.causation_id
    return loaded.conversation if is_awaited else None


async def _draft_again(
    event: CloudEvent[ProposalDrafted], drafted: Conversation, loaded: Loaded, ports: Ports
) -> None:
    """The visitor corrected something meanwhile: what they are shown has to have it."""
    before, waiting = loaded.conversation, drafted.awaiting
    assert before is not None
    assert waiting is not None
    wish = (before.change_wish or "").removeprefix(waiting.change_wish or "").strip() or None
    drafted = drafted.model_copy(update={"change_wish": wish, "is_stale": False})
    ledger = Ledger(event.id, loaded, ports.clock())
    request = ledger.record(proposal_request(drafted, event.data.turn_id))
    requested = waiting.model_copy(
        update={
            "request_event_id": request.id,
            "cause_id": event.id,
            "requests": waiting.requests + 1,
            "change_wish": wish,
            "is_template": False,
            "since": waiting.since if waiting.turn_ids else ledger.time,
        }
    )
    after = drafted.model_copy(update={"awaiting": requested})
    wakes = wake_at(after, ledger.time, ports)
    change = ledger.close(after, awaiting(after, ledger.sequence), wake_at=wakes)
    await save(Unsaved(cause_id=ledger.cause, change=change), ports)
    await ports.announcer.publish(change.events)


async def complete_waiting(
    cause_id: UUID, shown: Conversation, text: str, *, loaded: Loaded, ports: Ports
) -> None:
    """Store what settles the waiting turns, write it to their readers, publish it; it is decided once.

    Raises:
        TransientError: nothing was stored; try again.
    """
    waiting = shown.awaiting
    assert waiting is not None
    unsaved = ports.unsaved.find(cause_id, loaded)
    if unsaved is None:
        unsaved = await _completed(shown, waiting, text, Ledger(cause_id, loaded, ports.clock()), ports=ports)
    await save(unsaved, ports)
    await write_awaited(waiting, unsaved.change, unsaved.text, ports)
    await ports.announcer.publish(unsaved.change.events)


async def _completed(
    shown: Conversation, waiting: Awaiting, text: str, ledger: Ledger, *, ports: Ports
) -> Unsaved:
    """One reply settles all waiting turns; when a holding reply settled them, it is a message of its own."""
    wording = await worded(shown, text, ports)
    reply = with_usage_of(whole_reply(waiting, wording.text), wording)
    kind = ActionKind.REDRAFT if waiting.kind == "proposal" else ActionKind.BOOK
    is_translated = ports.translator is not None
    offered = quick_replies_for(shown, NextAction(kind=kind), ports.playbook, is_translated=is_translated)
    after = with_reply(shown.model_copy(update={"awaiting": None}), reply.text, offered)
    event = answered_event(after, reply, ports.playbook, reply_id=ledger.reply_id, turn_ids=waiting.turn_ids)
    ledger.record(event)
    change = ledger.close(after, answered(after, reply, ledger.sequence), settled_turn_ids=waiting.turn_ids)
    return Unsaved(cause_id=ledger.cause, change=change, text=wording.text)
