"""What was requested: the proposal or the link is said when it comes, and waiting ends when it does not."""

import asyncio
from collections.abc import Mapping
from uuid import UUID

import structlog

from chassis import metrics
from chassis.errors import TransientError, describe
from contracts.cloudevent import CloudEvent, Event, derive_id
from contracts.events import BookingLinkIssued, ProposalDrafted
from playbook import Booking
from services.dialogue.domain.changes import Loaded, Unsaved
from services.dialogue.domain.conversation import (
    Awaiting,
    Conversation,
    QuickReply,
    Reply,
    with_booking_link,
    with_proposal,
    with_reply,
)
from services.dialogue.domain.language import spoken
from services.dialogue.domain.quick_replies import quick_replies_for
from services.dialogue.domain.results import booking_text, hand_over_text, holding_text, proposal_text
from services.dialogue.domain.stage_machine import ActionKind, NextAction
from services.dialogue.errors import StaleConversation
from services.dialogue.ports import Ports
from services.dialogue.usecases.checked_reply import what_may_be_said
from services.dialogue.usecases.delivery import deliver, store_and_publish
from services.dialogue.usecases.ledger import Ledger
from services.dialogue.usecases.translating import in_language_of

logger = structlog.get_logger()

# Corrections that come while a draft is made are drafted before anything is shown, but not without end.
_MOST_REQUESTS = 3
_AT_ONCE = 50
_NOTHING = Reply(text="", author="script")


async def say_drafted_proposal(event: CloudEvent[ProposalDrafted], ports: Ports) -> None:
    """Complete the turns that wait for a proposal; one that nobody waits for is shown to nobody.

    Raises:
        TransientError: nothing was stored; handle the event again.
    """
    loaded = await ports.store.load(event.data.conversation_id)
    conversation, waiting = _waiting_for(event, loaded)
    if conversation is None:
        return
    drafted = with_proposal(conversation, event.data.proposal, event.data.tier)
    if waiting is None:
        drafted = drafted.model_copy(update={"unshown_request_id": None})
        await store_and_publish(Ledger(event.id, loaded, ports).close(drafted, _NOTHING), ports)
    elif conversation.is_stale and waiting.requests < _MOST_REQUESTS:
        await _draft_again(event, drafted, waiting, loaded, ports=ports)
    else:
        not_granted = await what_may_be_said(event.data.not_granted or "", drafted, ports)
        ports = await in_language_of(drafted, ports)
        text = proposal_text(drafted, not_granted, spoken(drafted, ports.playbook))
        await _settle(event.id, drafted, text, loaded=loaded, ports=ports)


async def say_booking_link(event: CloudEvent[BookingLinkIssued], ports: Ports) -> None:
    """Complete the turns that wait for a link. A link that nobody waits for changes nothing.

    Raises:
        TransientError: nothing was stored; handle the event again.
    """
    loaded = await ports.store.load(event.data.conversation_id)
    conversation, waiting = _waiting_for(event, loaded)
    if conversation is not None and waiting is not None:
        url = _own_link(event.data, conversation, ports.playbook.booking)
        await _give_link(event.id, conversation, url, loaded=loaded, ports=ports)


async def look_after_awaited(ports: Ports) -> None:
    """Look once at every conversation whose result is overdue, side by side. Safe to run in every process.

    First comes a holding reply, then the request once more by the template, then a last word.

    Raises:
        TransientError: look again later.
    """
    due = await ports.store.due(ports.clock(), _AT_ONCE)
    # A conversation that cannot be read must not keep the others from being looked after.
    results = await asyncio.gather(*(_look_after(each, ports) for each in due), return_exceptions=True)
    for conversation_id, result in zip(due, results, strict=True):
        if isinstance(result, BaseException):
            _note_failure(str(conversation_id), result)


def _note_failure(identity: str, failure: BaseException) -> None:
    match failure:
        case StaleConversation():
            # The result came meanwhile, or another process looked after it first.
            logger.info("awaited_result_came", conversation_id=identity)
        case TransientError():
            logger.warning("looking_after_postponed", conversation_id=identity, reason=describe(failure))
        case _:
            logger.error("looking_after_failed", conversation_id=identity, reason=describe(failure))


async def _look_after(conversation_id: UUID, ports: Ports) -> None:
    loaded = await ports.store.load(conversation_id)
    conversation = loaded.conversation
    if conversation is None or conversation.awaiting is None:
        return
    waiting, ports = conversation.awaiting, await in_language_of(conversation, ports)
    if waiting.turn_ids:
        step = "held"
        # The result follows as a message of its own.
        held = {"turn_ids": (), "lead_in": _NOTHING, "since": ports.clock()}
        text = holding_text(conversation, spoken(conversation, ports.playbook))
        await _settle(_cause(waiting, step, loaded), conversation, text, held, loaded=loaded, ports=ports)
    elif waiting.kind == "booking":
        step = "public_link"
        # The public page with tracking parameters books the same demo.
        url = ports.playbook.booking.tracked_public_link(conversation_id, conversation.source)
        await _give_link(_cause(waiting, step, loaded), conversation, url, loaded=loaded, ports=ports)
    elif not waiting.is_template:
        step = "template"
        cause_id = _cause(waiting, step, loaded)
        await _request_template(cause_id, conversation, waiting, loaded=loaded, ports=ports)
    else:
        step = "given_up"
        text = hand_over_text(conversation, spoken(conversation, ports.playbook))
        await _settle(_cause(waiting, step, loaded), conversation, text, loaded=loaded, ports=ports)
    logger.warning("awaited_result_overdue", conversation_id=str(conversation_id), step=step)


def _cause(waiting: Awaiting, step: str, loaded: Loaded) -> UUID:
    """The version tells a second step of its kind from the first."""
    return derive_id(waiting.request_event_id, step, loaded.version)


def _waiting_for(event: CloudEvent[Event], loaded: Loaded) -> tuple[Conversation | None, Awaiting | None]:
    """The conversation that asked for this result, and who waits for it; nobody for a draft made unasked."""
    conversation = loaded.conversation
    if conversation is None:
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
    return booking.tracked_public_link(conversation.conversation_id, conversation.source)


async def _give_link(
    cause_id: UUID, conversation: Conversation, url: str, *, loaded: Loaded, ports: Ports
) -> None:
    """Whoever asked for a person is told how to reach one, too."""
    linked, ports = with_booking_link(conversation, url), await in_language_of(conversation, ports)
    playbook = spoken(linked, ports.playbook)
    text = hand_over_text(linked, playbook) if linked.wants_person else booking_text(linked, url, playbook)
    await _settle(cause_id, linked, text, loaded=loaded, ports=ports)


async def _draft_again(
    event: CloudEvent[ProposalDrafted],
    drafted: Conversation,
    waiting: Awaiting,
    loaded: Loaded,
    *,
    ports: Ports,
) -> None:
    """The visitor corrected something meanwhile: what they are shown has to have it."""
    asked_since = (loaded.conversation.change_wish or "") if loaded.conversation else ""
    wish = asked_since.removeprefix(waiting.change_wish or "").strip() or None
    drafted = drafted.model_copy(update={"change_wish": wish, "is_stale": False})
    ledger = Ledger(event.id, loaded, await in_language_of(drafted, ports))
    request_id = ledger.request(drafted, "proposal", event.data.turn_id)
    since = waiting.since if waiting.turn_ids else ledger.time
    again = waiting.again(request_id, since=since, change_wish=wish, is_template=False, cause_id=event.id)
    await store_and_publish(ledger.close(drafted.model_copy(update={"awaiting": again})), ports)


async def _request_template(
    cause_id: UUID, conversation: Conversation, waiting: Awaiting, *, loaded: Loaded, ports: Ports
) -> None:
    """The request may be parked or lost, or its model too slow: the template answers at once."""
    ledger = Ledger(cause_id, loaded, ports)
    # The history of a conversation that is long under way may hold no turn any more.
    turn_id = next((message.turn_id for message in reversed(conversation.visitor_messages)), waiting.cause_id)
    request_id = ledger.request(conversation, "proposal", turn_id, is_template_only=True)
    wish = conversation.change_wish
    again = waiting.again(request_id, since=ledger.time, change_wish=wish, is_template=True)
    after = conversation.model_copy(update={"awaiting": again, "is_stale": False})
    await store_and_publish(ledger.close(after), ports)


async def _settle(
    cause_id: UUID,
    conversation: Conversation,
    text: str,
    still_awaiting: Mapping[str, object] | None = None,
    *,
    loaded: Loaded,
    ports: Ports,
) -> None:
    """One reply for all waiting turns; when a holding reply settled them, it is a message of its own.

    `still_awaiting` is what changes of the waiting; None ends it. It is decided once, however often stored.
    """
    waiting = conversation.awaiting
    assert waiting is not None
    unsaved = ports.unsaved.find(cause_id, loaded)
    if unsaved is None:
        read = waiting.lead_in.text if waiting.turn_ids else ""
        reply = waiting.lead_in.model_copy(update={"text": f"{read}\n\n{text}" if read else text})
        awaiting = None if still_awaiting is None else waiting.model_copy(update=still_awaiting)
        offered = () if awaiting else _quick_replies(conversation, waiting, ports)
        after = with_reply(conversation.model_copy(update={"awaiting": awaiting}), reply.text, offered)
        ledger = Ledger(cause_id, loaded, ports)
        ledger.record_answer(after, reply, waiting.turn_ids)
        change = ledger.close(after, reply, settled_turn_ids=waiting.turn_ids)
        unsaved = Unsaved(
            cause_id=cause_id, change=change, asking=next(iter(waiting.turn_ids), None), read=read
        )
    await deliver(unsaved, ports)


def _quick_replies(conversation: Conversation, waiting: Awaiting, ports: Ports) -> tuple[QuickReply, ...]:
    action = NextAction(kind=ActionKind.REDRAFT if waiting.kind == "proposal" else ActionKind.BOOK)
    is_translated = ports.translations is not None
    return quick_replies_for(conversation, action, ports.playbook, is_translated=is_translated)
