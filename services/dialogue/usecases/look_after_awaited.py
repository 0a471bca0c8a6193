"""Waiting ends: a holding reply after a while, the request once more by the template, then a last word."""

import asyncio
from datetime import datetime
from uuid import UUID

import structlog

from chassis.errors import TransientError, describe
from contracts.cloudevent import derive_id
from services.dialogue.domain import (
    Awaiting,
    Conversation,
    Reply,
    hand_over_text,
    holding_text,
    spoken,
    with_booking_link,
    with_reply,
)
from services.dialogue.errors import StaleConversation
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
from services.dialogue.usecases.say_result import complete_waiting, link_text
from services.dialogue.usecases.translating import with_usage_of, worded

logger = structlog.get_logger()

_AT_ONCE = 50


async def look_after_awaited(ports: Ports) -> None:
    """Look once at every conversation whose result is overdue, side by side. Safe to run in every process.

    Raises:
        TransientError: look again later.
    """
    now = ports.clock()
    due = await ports.store.due(now, _AT_ONCE)
    looking = (_look_after_one(conversation_id, now, ports) for conversation_id in due)
    # A conversation that cannot be read must not keep the others from being looked after.
    results = await asyncio.gather(*looking, return_exceptions=True)
    for conversation_id, result in zip(due, results, strict=True):
        if isinstance(result, BaseException):
            identity, reason = str(conversation_id), describe(result)
            logger.error("looking_after_failed", conversation_id=identity, reason=reason)


async def _look_after_one(conversation_id: UUID, now: datetime, ports: Ports) -> None:
    """What fails for one conversation is tried again for that one alone."""
    try:
        await _look_after(conversation_id, now, ports)
    except StaleConversation:
        # The result came meanwhile, or another process looked after it first.
        logger.info("awaited_result_came", conversation_id=str(conversation_id))
    except TransientError as error:
        logger.warning(
            "looking_after_postponed", conversation_id=str(conversation_id), reason=describe(error)
        )


async def _look_after(conversation_id: UUID, now: datetime, ports: Ports) -> None:
    loaded = await ports.store.load(conversation_id)
    conversation = loaded.conversation
    if conversation is None or conversation.awaiting is None:
        return
    waiting = conversation.awaiting
    if waiting.turn_ids:
        await _hold(conversation, waiting, loaded, now, ports=ports)
    elif waiting.kind == "booking":
        await _give_public_link(conversation, waiting, loaded, ports)
    elif not waiting.is_template:
        await _request_template(conversation, waiting, loaded, now, ports=ports)
    else:
        await _give_up(conversation, waiting, loaded, ports)


async def _hold(
    conversation: Conversation, waiting: Awaiting, loaded: Loaded, now: datetime, *, ports: Ports
) -> None:
    """Settle the waiting turns with a holding reply; the result follows as a message of its own."""
    # The version tells a second holding reply to the same request from the first.
    cause_id = derive_id(waiting.request_event_id, "held", loaded.version)
    unsaved = ports.unsaved.find(cause_id, loaded)
    if unsaved is None:
        unsaved = await _holding(conversation, waiting, Ledger(cause_id, loaded, now), ports)
    await save(unsaved, ports)
    await write_awaited(waiting, unsaved.change, unsaved.text, ports)
    await ports.announcer.publish(unsaved.change.events)
    logger.warning("held", conversation_id=str(conversation.conversation_id), kind=waiting.kind)


async def _holding(conversation: Conversation, waiting: Awaiting, ledger: Ledger, ports: Ports) -> Unsaved:
    text = holding_text(conversation, spoken(conversation, ports.playbook))
    wording = await worded(conversation, text, ports)
    reply = with_usage_of(whole_reply(waiting, wording.text), wording)
    nothing = Reply(text="", author="script")
    still_waiting = waiting.model_copy(update={"turn_ids": (), "lead_in": nothing, "since": ledger.time})
    after = with_reply(conversation.model_copy(update={"awaiting": still_waiting}), reply.text)
    event = answered_event(after, reply, ports.playbook, reply_id=ledger.reply_id, turn_ids=waiting.turn_ids)
    ledger.record(event)
    change = ledger.close(
        after,
        answered(after, reply, ledger.sequence),
        settled_turn_ids=waiting.turn_ids,
        wake_at=wake_at(after, ledger.time, ports),
    )
    return Unsaved(cause_id=ledger.cause, change=change, text=wording.text)


async def _request_template(
    conversation: Conversation, waiting: Awaiting, loaded: Loaded, now: datetime, *, ports: Ports
) -> None:
    """The request may be parked or lost, or its model too slow: the template answers at once."""
    ledger = Ledger(derive_id(waiting.request_event_id, "template", loaded.version), loaded, now)
    # The history of a conversation that is long under way may hold no turn any more.
    turn_id = next((message.turn_id for message in reversed(conversation.visitor_messages)), waiting.cause_id)
    request = ledger.record(proposal_request(conversation, turn_id, is_template_only=True))
    update = {
        "request_event_id": request.id,
        "requests": waiting.requests + 1,
        "change_wish": conversation.change_wish,
        "is_template": True,
        "since": now,
    }
    after = conversation.model_copy(update={"awaiting": waiting.model_copy(update=update), "is_stale": False})
    change = ledger.close(after, awaiting(after, ledger.sequence), wake_at=wake_at(after, now, ports))
    await ports.store.save(change)
    await ports.announcer.publish(change.events)
    logger.warning("template_requested", conversation_id=str(conversation.conversation_id))


async def _give_public_link(
    conversation: Conversation, waiting: Awaiting, loaded: Loaded, ports: Ports
) -> None:
    """The public page with tracking parameters books the same demo."""
    url = ports.playbook.booking.tracked_public_link(conversation.conversation_id, conversation.source)
    linked = with_booking_link(conversation, url)
    cause_id = derive_id(waiting.request_event_id, "public_link", loaded.version)
    await complete_waiting(cause_id, linked, link_text(linked, url, ports), loaded=loaded, ports=ports)
    logger.warning("public_link_given", conversation_id=str(conversation.conversation_id))


async def _give_up(conversation: Conversation, waiting: Awaiting, loaded: Loaded, ports: Ports) -> None:
    """Even the template did not answer: a person takes over."""
    cause_id = derive_id(waiting.request_event_id, "given_up", loaded.version)
    text = hand_over_text(conversation, spoken(conversation, ports.playbook))
    await complete_waiting(cause_id, conversation, text, loaded=loaded, ports=ports)
    logger.error("proposal_given_up", conversation_id=str(conversation.conversation_id))
