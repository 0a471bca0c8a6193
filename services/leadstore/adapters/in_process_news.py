"""Word of mouth inside one process: readers who wait hear at once of what is projected here."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from uuid import UUID


class Waiting:
    """One reader who waits. Implements the port Listener."""

    def __init__(self) -> None:
        self._heard = asyncio.Event()

    def hear(self) -> None:
        """Wake the reader."""
        self._heard.set()

    async def wait(self, timeout_s: float) -> None:
        """See Listener.wait."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self._heard.wait()
        self._heard.clear()


class InProcessNews:
    """Implements the port News for one process; other replicas are not told."""

    def __init__(self) -> None:
        self._listeners: defaultdict[UUID, list[Waiting]] = defaultdict(list)

    def tell(self, conversation_ids: Sequence[UUID]) -> None:
        """See News.tell."""
        if not self._listeners:
            return
        for conversation_id in conversation_ids:
            for listener in self._listeners.get(conversation_id, ()):
                listener.hear()

    @contextmanager
    def listen(self, conversation_id: UUID) -> Iterator[Waiting]:
        """See News.listen."""
        listener = Waiting()
        self._listeners[conversation_id].append(listener)
        try:
            yield listener
        finally:
            self._listeners[conversation_id].remove(listener)
            if not self._listeners[conversation_id]:
                del self._listeners[conversation_id]
