"""Looks after conversations whose time has come, side by side."""

import asyncio
from uuid import UUID

import structlog

from chassis.errors import TransientError, describe
from services.dialogue.errors import StaleConversation
from services.dialogue.ports import Ports
from services.dialogue.usecases.answer_turn import go_on_if_gone
from services.dialogue.usecases.awaited import settle_overdue
from services.dialogue.usecases.silence import tell_silence

logger = structlog.get_logger()

_AT_ONCE = 50


async def look_after_due(ports: Ports) -> None:
    """Look once at every conversation that is due. Safe to run in every process.

    A person who took over may be gone, a result may be overdue, a visitor may have gone silent.

    Raises:
        TransientError: look again later.
    """
    due = await ports.store.due(ports.clock(), _AT_ONCE)
    # A conversation that cannot be read must not keep the others from being looked after.
    results = await asyncio.gather(*(_look_after(each, ports) for each in due), return_exceptions=True)
    for conversation_id, result in zip(due, results, strict=True):
        if isinstance(result, BaseException):
            _note_failure(str(conversation_id), result)


async def _look_after(conversation_id: UUID, ports: Ports) -> None:
    conversation = (await ports.store.load(conversation_id)).conversation
    if conversation is None:
        return
    if conversation.person is not None or conversation.open_turn_ids:
        await go_on_if_gone(conversation_id, ports)
    elif conversation.awaiting is not None:
        await settle_overdue(conversation_id, ports)
    else:
        await tell_silence(conversation_id, ports)


def _note_failure(identity: str, failure: BaseException) -> None:
    match failure:
        case StaleConversation():
            # It went on meanwhile, or another process looked after it first.
            logger.info("conversation_went_on", conversation_id=identity)
        case TransientError():
            logger.warning("looking_after_postponed", conversation_id=identity, reason=describe(failure))
        case _:
            logger.error("looking_after_failed", conversation_id=identity, reason=describe(failure))
