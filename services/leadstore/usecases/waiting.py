"""Wait for what is about to be projected."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar
from uuid import UUID

from services.leadstore.ports import ProjectionNotifier

_WAIT_S = 2.0
# Another replica may project the conversation; it does not notify this one.
_POLL_S = 0.2
FoundT = TypeVar("FoundT")


async def read_until(
    conversation_id: UUID,
    notifier: ProjectionNotifier,
    read: Callable[[], Awaitable[FoundT]],
    *,
    is_enough: Callable[[FoundT], bool],
) -> FoundT:
    """What is read of a conversation once it is enough, or what there is after two seconds."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + _WAIT_S
    with notifier.listen(conversation_id) as listener:
        while not is_enough(found := await read()) and loop.time() < deadline:
            await listener.wait(_POLL_S)
    return found
