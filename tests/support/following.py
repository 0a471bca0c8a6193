"""Following with the gateway's own parts: their background work, and what comes of it in time."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import Any, Protocol, TypeVar

NewT_co = TypeVar("NewT_co", covariant=True)
NewT = TypeVar("NewT")


class Reading(Protocol[NewT_co]):
    """Whatever returns what is new since it was asked last."""

    async def next(self, timeout_s: float) -> Sequence[NewT_co]: ...


async def read(reading: Reading[NewT], count: int, *, within_s: float = 5.0) -> list[NewT]:
    """The next `count`, or those that came in time."""
    found: list[NewT] = []
    deadline_s = asyncio.get_running_loop().time() + within_s
    while len(found) < count and asyncio.get_running_loop().time() < deadline_s:
        found.extend(await reading.next(0.2))
    return found


@asynccontextmanager
async def in_background(*background: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run background work, which must not end before this does."""
    tasks = [asyncio.create_task(each) for each in background]
    try:
        yield
        assert not any(task.done() for task in tasks), "background work ended"
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
