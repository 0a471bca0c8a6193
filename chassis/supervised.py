"""Long-lived tasks that are restarted when they end."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from types import TracebackType
from typing import Any, Final, Self

import structlog

from chassis import metrics
from chassis.errors import TransientError, describe

logger = structlog.get_logger()

Background = Callable[[], Coroutine[Any, Any, None]]

_RESTART_AFTER_S: Final = 1.0
# Work that runs for so long counts as healthy again.
_STEADY_AFTER_S: Final = 5.0


class Unready(TransientError):
    """A part cannot serve. The message is shown to operators and holds no data of records."""

    @property
    def label(self) -> str:
        """The message."""
        return describe(self)


class SupervisedTask:
    """A task without an end: when it ends, fails or cancels itself, it is logged and restarted.

    Enter it with the other resources of a service, and add its `probe` to the service's probes; work in
    `Parts.background` is supervised already. Each failure is logged and counted; repeated failures also make
    the service unready.
    """

    def __init__(self, name: str, work: Background) -> None:
        self._name = name
        self._work = work
        self._task: asyncio.Task[None] | None = None
        self._failures = 0
        self._reason = ""
        self._begun_s = 0.0

    async def __aenter__(self) -> Self:
        """Start the task."""
        self._task = asyncio.create_task(self._run(), name=self._name)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Cancel the work and wait for its end."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def probe(self) -> None:
        """Raise Unready while the work keeps failing."""
        if self._task is None or self._task.done():
            raise Unready(f"{self._name} does not run")
        if self._failures > 1 and time.monotonic() < self._begun_s + _STEADY_AFTER_S:
            raise Unready(f"{self._name} keeps failing: {self._reason}")

    async def _run(self) -> None:
        while True:
            self._begun_s = time.monotonic()
            failure: BaseException | None = None
            try:
                await self._work()
            except asyncio.CancelledError as cancelled:
                if (task := asyncio.current_task()) is None or task.cancelling():
                    raise
                # The work cancelled itself; nothing has cancelled this task.
                failure = cancelled
            except Exception as error:  # noqa: BLE001 - background work has no caller to raise to
                failure = error
            self._note(failure)
            await asyncio.sleep(_RESTART_AFTER_S)

    def _note(self, failure: BaseException | None) -> None:
        if time.monotonic() >= self._begun_s + _STEADY_AFTER_S:
            self._failures = 0
        self._failures += 1
        self._reason = "it ended" if failure is None else type(failure).__name__
        metrics.TASK_FAILURES.labels(self._name).inc()
        logger.error("background_work_failed", task=self._name, reason=self._reason, exc_info=failure)


def name_of(work: Callable[..., Any] | Awaitable[Any]) -> str:
    """The name of a task that does this work."""
    while isinstance(work, partial):
        work = work.func
    return str(getattr(work, "__qualname__", type(work).__name__))
