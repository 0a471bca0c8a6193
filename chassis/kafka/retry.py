"""What to do with a record that failed: try again, and when, or park it."""

import asyncio
import random
from dataclasses import dataclass
from typing import Any, Final

from chassis.errors import PermanentError, SalesbotError, TransientError
from contracts.cloudevent import MalformedEvent

_HOPELESS: Final = (PermanentError, MalformedEvent, UnicodeDecodeError)


class HandlerTimeout(Exception):
    """A handler took longer than it may; it was cancelled."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """A dependency that is away is waited for without end; a fault of our own is tried a few times.

    Waiting without end is safe because a waiting record frees its slot and its partition pauses: nothing is
    lost, the lag grows, and readiness and the watermark's age tell the operator.
    """

    first_delay_s: float = 0.2
    longest_delay_s: float = 15.0
    unexpected_attempts: int = 5

    def gives_up(self, failure: BaseException, attempt: int) -> bool:
        """Whether `failure` of attempt number `attempt` (from 1) sends the record to the dead letters."""
        if isinstance(failure, _HOPELESS):
            return True
        if isinstance(failure, TransientError):
            return False
        return attempt >= self.unexpected_attempts

    def blames_a_record(self, failure: BaseException) -> bool:
        """Whether one of several records may be the cause of `failure`, and not a dependency of them all."""
        return not isinstance(failure, TransientError)

    def delay_s(self, attempt: int) -> float:
        """How long to wait after attempt number `attempt`: exponential, with jitter against herds."""
        ceiling = min(self.longest_delay_s, self.first_delay_s * 2.0 ** min(attempt - 1, 16))
        return ceiling * random.uniform(0.5, 1.0)  # noqa: S311 - jitter is no secret


async def interrupted_within(delay_s: float, interrupted: asyncio.Event) -> bool:
    """Wait `delay_s`; True as soon as `interrupted` is set."""
    try:
        async with asyncio.timeout(delay_s):
            return await interrupted.wait()
    except TimeoutError:
        return False


def told(failure: BaseException) -> dict[str, Any]:
    """The log fields of a failure; one that has a name here needs no traceback."""
    if isinstance(failure, SalesbotError | MalformedEvent):
        return {"error": reason_for(failure), "detail": str(failure)}
    return {"error": reason_for(failure), "exc_info": failure}


def reason_for(failure: BaseException) -> str:
    """The dead-letter reason: the name of the failure's class."""
    return type(failure).__name__
