"""Wakes readers of this process that wait for a conversation to be projected further."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from uuid import UUID


class InProcessListener:
    """One reader who waits. Implements the port Listener."""

    def __init__(self) -> None:
        self._has_changed = asyncio.Event()

    def wake(self) -> None:
        """End the current wait, or the next one if there is none."""
        self._has_changed.set()

    async def wait(self, timeout_s: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self._has_changed.wait()
        self._has_changed.clear()


class InProcessNotifier:
    """Implements the port ProjectionNotifier within one process; other replicas are not notified."""

    def __init__(self) -> None:
        self._listeners: defaultdict[UUID, list[InProcessListener]] = defaultdict(list)

    def notify(self, conversation_ids: Sequence[UUID]) -> None:
        if not self._listeners:
            return
        for conversation_id in conversation_ids:
            for listener in self._listeners.get(conversation_id, ()):
                listener.wake()

    @contextmanager
    def listen(self, conversation_id: UUID) -> Iterator[InProcessListener]:
        listener = InProcessListener()
        self._listeners[conversation_id].append(listener)
        try:
            yield listener
        finally:
            self._listeners[conversation_id].remove(listener)
            if not self._listeners[conversation_id]:
                del self._listeners[conversation_id]
