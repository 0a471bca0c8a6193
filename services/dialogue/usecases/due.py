"""Looks after conversations whose time has come, side by side."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

import structlog

from chassis.errors import TransientError, describe
from services.dialogue.errors import StaleConversation
from services.dialogue.ports import Ports

logger = structlog.get_logger()

_AT_ONCE = 50


async def look_after_each(ports: Ports, look_after: Callable[[UUID, Ports], Awaitable[None]]) -> None:
    """Look once at every conversation that is due. Safe to run in every process.

    Raises:
        TransientError: look again later.
    """
    due = await ports.store.due(ports.clock(), _AT_ONCE)
    # A conversation that cannot be read must not keep the others from being looked after.
    results = await asyncio.gather(*(look_after(each, ports) for each in due), return_exceptions=True)
    for conversation_id, result in zip(due, results, strict=True):
        if isinstance(result, BaseException):
            _note_failure(str(conversation_id), result)


def _note_failure(identity: str, failure: BaseException) -> None:
    match failure:
        case StaleConversation():
            # It went on meanwhile, or another process looked after it first.
            logger.info("conversation_went_on", conversation_id=identity)
        case TransientError():
            logger.warning("looking_after_postponed", conversation_id=identity, reason=describe(failure))
        case _:
            logger.error("looking_after_failed", conversation_id=identity, reason=describe(failure))
