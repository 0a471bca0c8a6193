"""Nobody waits in silence: a holding reply after a while, then the request once more in case it got lost."""

from datetime import datetime, timedelta
from uuid import UUID

import structlog

from contracts.cloudevent import derive_id
from services.dialogue.domain import Awaiting, Conversation, Said, say_holding, with_reply
from services.dialogue.errors import StaleConversation
from services.dialogue.ports import Loaded, Ports, Unsaved
from services.dialogue.usecases.ledger import Ledger
from services.dialogue.usecases.saving import save
from services.dialogue.usecases.telling import answered, answered_event, awaiting, tell_waiting, whole_reply
from services.dialogue.usecases.translating import with_usage_of, worded

logger = structlog.get_logger()

_AT_ONCE = 50
_ASK_AGAIN_AFTER = timedelta(seconds=30)


async def look_after_awaited(ports: Ports) -> None:
    """Look once at every conversation whose result is overdue. Safe to run in every process.

    Raises:
        TransientError: look again later.
    """
    now = ports.clock()
    for conversation_id in await ports.store.due(now, _AT_ONCE):
        try:
            await _look_after(conversation_id, now, ports)
        except StaleConversation:
            # The result came meanwhile, or another process looked after it first.
            logger.info("awaited_result_came", conversation_id=str(conversation_id))


async def _look_after(conversation_id: UUID, now: datetime, ports: Ports) -> None:
    loaded = await ports.store.load(conversation_id)
    if loaded.conversation is None or loaded.conversation.awaiting is None:
        return
    if loaded.conversation.awaiting.turn_ids:
        await _hold(loaded, now, ports)
    else:
        await _ask_again(loaded, now, ports)


async def _hold(loaded: Loaded, now: datetime, ports: Ports) -> None:
    """Settle the waiting turns with a holding reply; the result follows as a message of its own."""
    conversation = loaded.conversation
    assert conversation is not None
    assert conversation.awaiting is not None
    waiting = conversation.awaiting
    # The version tells a second holding reply to the same request from the first.
    cause_id = derive_id(waiting.request_event_id, "held", loaded.version)
    unsaved = ports.unsaved.find(cause_id, loaded)
    if unsaved is None:
        unsaved = await _holding(conversation, waiting, Ledger(cause_id, loaded, now), ports)
    await save(unsaved, ports)
    await tell_waiting(waiting, unsaved.change, unsaved.text, ports)
    await ports.announcer.publish(unsaved.change.events)
    logger.warning("held", conversation_id=str(conversation.conversation_id), kind=waiting.kind)


async def _holding(conversation: Conversation, waiting: Awaiting, ledger: Ledger, ports: Ports) -> Unsaved:
    holding = await worded(conversation, say_holding(conversation, ports.playbook), ports)
    said = with_usage_of(whole_reply(waiting, holding.reply), holding)
    still_waiting = waiting.model_copy(update={"turn_ids": (), "lead_in": Said(reply="", author="script")})
    after = with_reply(conversation.model_copy(update={"awaiting": still_waiting}), said.reply)
    event = answered_event(after, said, ports.playbook, reply_id=ledger.reply_id, turn_ids=waiting.turn_ids)
    ledger.record(event)
    change = ledger.close(
        after,
        answered(after, said, ledger.sequence),
        settled_turn_ids=waiting.turn_ids,
        wake_at=ledger.time + _ASK_AGAIN_AFTER,
    )
    return Unsaved(cause_id=ledger.cause, change=change, text=holding.reply)


async def _ask_again(loaded: Loaded, now: datetime, ports: Ports) -> None:
    """The same request with the same id: whoever has handled it answers with the same result."""
    conversation = loaded.conversation
    assert conversation is not None
    assert conversation.awaiting is not None
    ledger = Ledger(conversation.awaiting.cause_id, loaded, now)
    unchanged = awaiting(conversation, ledger.sequence)
    await ports.store.save(ledger.close(conversation, unchanged, wake_at=now + _ASK_AGAIN_AFTER))
    await ports.announcer.publish_again(conversation.awaiting.request_event_id)
    logger.warning("asked_again", conversation_id=str(conversation.conversation_id))
