"""How many deliveries are read at once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass


@dataclass(slots=True)
class _Share:
    free: asyncio.Semaphore
    users: int = 0


class Slots:
    """So many at once, and fewer of one address; further ones wait, unread.

    Whoever sends slowly, or much, therefore keeps nobody else out.
    """

    def __init__(self, most: int, *, most_of_one: int) -> None:
        self._free = asyncio.Semaphore(most)
        self._most_of_one = most_of_one
        self._shares: dict[str, _Share] = {}

    @asynccontextmanager
    async def one_for(self, address: str) -> AsyncIterator[None]:
        """Wait for a slot, and hold it."""
        share = self._shares.setdefault(address, _Share(asyncio.Semaphore(self._most_of_one)))
        share.users += 1
        try:
            async with share.free, self._free:
                yield
        finally:
            share.users -= 1
            if not share.users:
                del self._shares[address]
