"""What was requested: the proposal or the link is said when it comes, and waiting ends when it does not."""

from collections.abc import Mapping
from typing import Literal
from uuid import UUID

import structlog

from chassis import metrics
from contracts.cloudevent import CloudEvent, Event, derive_id
from contracts.events import BookingLinkIssued, ProposalDrafted
from playbook import Booking
from playbook.reading.talk import QuickReply
from services.dialogue.domain.changes import Loaded
from services.dialogue.domain.conversation import (
    Awaiting,
    Conversation,
    Reply,
    with_booking_link,
    with_proposal,
    with_reply,
)
from services.dialogue.domain.language import spoken
from services.dialogue.domain.quick_replies import quick_replies_for
from services.dialogue.domain.results import (
    booking_text,
    holding_text,
    person_text,
    proposal_text,
    whole_draft,
)
from services.dialogue.domain.stage_machine import ActionKind, NextAction
from services.dialogue.ports import Ports
from services.dialogue.usecases.checked_reply import what_may_be_said
from services.dialogue.usecases.ledger import Ledger
from services.dialogue.usecases.takeover import deliver_giving_way

logger = structlog.get_logger()

# Corrections that come while a draft is made are drafted before anything is shown, but not without end.
_MOST_REQUESTS = 3


async def say_drafted_proposal(event: CloudEvent[ProposalDrafted], ports: Ports) -> None:
    """Complete the turns that wait for a proposal; one that nobody waits for is shown to nobody.

    Raises:
        TransientError: nothing was stored; handle the event again.
    """
    loaded, ports = await ports.load(event.data.conversation_id)
    conversation, waiting = _waiting_for(event, loaded)
    if conversation is None:
        return
    data = event.data
    drafted = with_proposal(conversation, data.proposal, data.tier, data.author)
    payers = waiting.payers if waiting is not None else None
    ledger = Ledger(event.id, loaded, await ports.in_language_of(drafted), payers)
    if waiting is None:
        await deliver_giving_way(ledger.close(drafted.model_copy(update={"unshown_request_id": None})), ports)
    elif conversation.is_stale and waiting.requests < _MOST_REQUESTS:
        # The visitor corrected something meanwhile: what they are shown has to have it.
        asked_since = (conversation.change_wish or "").removeprefix(waiting.change_wish or "").strip()
        corrected = drafted.model_copy(update={"change_wish": asked_since or None})
        await _request_again(ledger, corrected, event.data.turn_id)
    else:
        not_granted = await what_may_be_said(event.data.not_granted or "", drafted, ports)
        playbook = spoken(drafted, ledger.ports.playbook)
        read = drafted.model_copy(update={"read_draft": whole_draft(drafted, playbook)})
        is_guided = waiting.lead_in.author == "script"
        await _settle(ledger, read, proposal_text(drafted, not_granted, playbook, is_guided=is_guided))


async def say_booking_link(event: CloudEvent[BookingLinkIssued], ports: Ports) -> None:
    """Complete the turns that wait for a link. A link that nobody waits for changes nothing.

    Raises:
        TransientError: nothing was stored; handle the event again.
    """
    loaded, ports = await ports.load(event.data.conversation_id)
    conversation, waiting = _waiting_for(event, loaded)
    if conversation is not None and waiting is not None:
        url = _own_link(event.data, conversation, ports.playbook.booking)
        ledger = Ledger(event.id, loaded, await ports.in_language_of(conversation))
        await _give_link(ledger, conversation, url)


async def settle_overdue(conversation_id: UUID, ports: Ports) -> None:
    """Do without a result that does not come.

    First comes a holding reply, then the request once more by the template, then a last word.

    Raises:
        TransientError: nothing was stored; look again.
    """
    loaded, ports = await ports.load(conversation_id)
    conversation = loaded.conversation
    if conversation is None or conversation.awaiting is None or conversation.person is not None:
        return
    waiting, ports = conversation.awaiting, await ports.in_language_of(conversation)
    playbook, step = spoken(conversation, ports.playbook), _overdue_step(waiting)
    # The version tells a second step of its kind from the first.
    ledger = Ledger(derive_id(waiting.request_event_id, step, loaded.version), loaded, ports)
    match step:
        case "held":
            # The result follows as a message of its own.
            held = {"turn_ids": (), "lead_in": Reply(text="", author="script"), "since": ledger.time}
            await _settle(ledger, conversation, holding_text(conversation, playbook), held)
        case "public_link":
            # The public page with tracking parameters books the same demo.
            url = _public_link(conversation, ports.playbook.booking)
            await _give_link(ledger, conversation, url)
        case "template":
            # The request may be parked or lost, or its model too slow: the template answers at once. The
            # history of a conversation that is long under way may hold no turn any more.
            turns = (message.turn_id for message in reversed(conversation.visitor_messages))
            await _request_again(ledger, conversation, next(turns, waiting.cause_id), is_template=True)
        case "given_up":
            await _settle(ledger, conversation, person_text(conversation, playbook))
    logger.warning("awaited_result_overdue", conversation_id=str(conversation_id), step=step)


def _overdue_step(waiting: Awaiting) -> Literal["held", "public_link", "template", "given_up"]:
    if waiting.turn_ids:
        return "held"
    if waiting.kind == "booking":
        return "public_link"
    return "given_up" if waiting.is_template else "template"


def _waiting_for(event: CloudEvent[Event], loaded: Loaded) -> tuple[Conversation | None, Awaiting | None]:
    """The conversation that asked for this result, and who waits for it; nobody for a draft made unasked."""
    conversation = loaded.conversation
    # While a person speaks nothing is shown, and it is requested anew when they hand back.
    if conversation is None or conversation.person is not None:
        return None, None
    waiting = conversation.awaiting
    if waiting is not None and waiting.request_event_id == event.causation_id:
        return conversation, waiting
    is_unshown = event.causation_id is not None and event.causation_id == conversation.unshown_request_id
    return (conversation if is_unshown else None), None


def _own_link(issued: BookingLinkIssued, conversation: Conversation, booking: Booking) -> str:
    """The issued link, or the public one when it leads to no page of ours: that is never shown."""
    if booking.allows_issued(issued.url):
        return issued.url
    metrics.REFUSED_BOOKING_LINKS.inc()
    logger.error("booking_link_refused", booking_id=str(issued.booking_id))
    return _public_link(conversation, booking)


def _public_link(conversation: Conversation, booking: Booking) -> str:
    of_visitor = conversation.conversation_id, conversation.source
    return booking.tracked_public_link(*of_visitor, campaign=conversation.campaign)


async def _give_link(ledger: Ledger, conversation: Conversation, url: str) -> None:
    linked = with_booking_link(conversation, url)
    await _settle(ledger, linked, booking_text(linked, url, spoken(linked, ledger.ports.playbook)))


async def _request_again(
    ledger: Ledger, conversation: Conversation, turn_id: UUID, *, is_template: bool = False
) -> None:
    """Another draft for the turns that wait, with all that is known by now."""
    waiting = conversation.awaiting
    assert waiting is not None
    again = waiting.model_copy(
        update={
            "request_event_id": ledger.request(
                conversation, "proposal", turn_id, is_template_only=is_template
            ),
            "cause_id": ledger.cause,
            "requests": waiting.requests + 1,
            "since": waiting.since if waiting.turn_ids else ledger.time,
            "change_wish": conversation.change_wish,
            "is_template": is_template,
        }
    )
    after = conversation.model_copy(update={"awaiting": again, "is_stale": False})
    await deliver_giving_way(ledger.close(after), ledger.ports)


async def _settle(
    ledger: Ledger, conversation: Conversation, text: str, still_awaiting: Mapping[str, object] | None = None
) -> None:
    """One reply for all waiting turns; when a holding reply settled them, it is a message of its own.

    `still_awaiting` is what changes of the waiting; None ends it. It is decided once, however often stored.
    """
    waiting, ports = conversation.awaiting, ledger.ports
    assert waiting is not None
    change = ports.unsaved.find(ledger.cause, ledger.loaded)
    if change is None:
        read = waiting.lead_in.text if waiting.turn_ids else ""
        reply = waiting.lead_in.model_copy(update={"text": f"{read}\n\n{text}" if read else text})
        awaiting = None if still_awaiting is None else waiting.model_copy(update=still_awaiting)
        offered = () if awaiting else _quick_replies(conversation, waiting, ports)
        after = with_reply(conversation.model_copy(update={"awaiting": awaiting}), reply.text, offered)
        ledger.record_answer(after, reply, waiting.turn_ids, holding=text if awaiting else None)
        change = ledger.close(after, reply, settled_turn_ids=waiting.turn_ids, read=read)
    await deliver_giving_way(change, ports)


def _quick_replies(conversation: Conversation, waiting: Awaiting, ports: Ports) -> tuple[QuickReply, ...]:
    action = NextAction(kind=ActionKind.REDRAFT if waiting.kind == "proposal" else ActionKind.BOOK)
    is_translated = ports.translations is not None
    return quick_replies_for(conversation, action, ports.playbook, is_translated=is_translated)
