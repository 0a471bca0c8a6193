"""Asks leadstore how silent turns ended: the reply stream may lose a reply, the read model does not."""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Protocol
from uuid import UUID

import structlog

from chassis.errors import TransientError, describe
from contracts.reply_stream import Done, Failed
from contracts.turn_outcomes import MOST_TURNS, OpenTurn
from services.gateway.ports import Outcomes

logger = structlog.get_logger()

# A reply that was lost reaches its visitor this long after it is stored, twice that at the most.
SILENT_AFTER_S = 1.0
_INTERVAL_S = 1.0
# However often connections are lost, leadstore is not asked more often than this.
_SHORTEST_INTERVAL_S = 0.1


class Waiting(Protocol):
    """Somebody who waits for the reply to a turn."""

    @property
    def turn(self) -> OpenTurn:
        """Which turn."""
        ...

    @property
    def last_frame_s(self) -> float:
        """When the last frame came, by the clock of the loop; infinity once the reply has ended."""
        ...

    def settle(self, outcome: Done | Failed) -> None:
        """Take the end of the reply."""
        ...


class OutcomePoller:
    """One request a second for all silent turns of the process, none while there are none."""

    def __init__(self, outcomes: Outcomes, waiting: Callable[[], Iterable[Waiting]]) -> None:
        self._outcomes = outcomes
        self._waiting = waiting
        self._is_due = asyncio.Event()
        self._is_away = False

    def poll_soon(self) -> None:
        """Something may have been missed: ask soon."""
        self._is_due.set()

    async def run(self) -> None:
        """Ask until cancelled."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(_INTERVAL_S):
                    await self._is_due.wait()
            self._is_due.clear()
            await self.poll()
            await asyncio.sleep(_SHORTEST_INTERVAL_S)

    async def poll(self) -> None:
        """Ask once, and pass the outcomes on to the readers that wait."""
        silent_since_s = asyncio.get_running_loop().time() - SILENT_AFTER_S
        silent: dict[UUID, list[Waiting]] = {}
        for waiting in self._waiting():
            if waiting.last_frame_s <= silent_since_s:
                silent.setdefault(waiting.turn.turn_id, []).append(waiting)
        turns = [readers[0].turn for readers in silent.values()]
        for start in range(0, len(turns), MOST_TURNS):
            for outcome in await self._ask(turns[start : start + MOST_TURNS]):
                for waiting in silent.get(outcome.turn_id, ()):
                    waiting.settle(outcome)

    async def _ask(self, turns: list[OpenTurn]) -> list[Done | Failed]:
        try:
            found = await self._outcomes.outcomes(turns)
        except TransientError as error:
            if not self._is_away:
                logger.warning("outcomes_unavailable", reason=describe(error))
            self._is_away = True
            return []
        self._is_away = False
        return [*found.answered, *found.failed]
