"""Noticing that a client is gone while its reply is waited for."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol

from starlette.types import Receive


class Abandonable(Protocol):
    """Something that is waited for on behalf of a client."""

    def abandon(self) -> None:
        """Stop waiting, because the client is gone."""
        ...


@asynccontextmanager
async def abandon_on_disconnect(receive: Receive, followed: Abandonable) -> AsyncIterator[None]:
    """Within this, a client that goes makes `followed` abandoned. The request's body must have been read."""
    watch = asyncio.create_task(_abandon_after_disconnect(receive, followed))
    try:
        yield
    finally:
        watch.cancel()


async def _abandon_after_disconnect(receive: Receive, followed: Abandonable) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    followed.abandon()
