"""What to do with a record that failed: park it when the record is provably at fault, else retry."""

import asyncio
import random
from dataclasses import dataclass
from typing import Any, Final

from chassis.errors import PermanentError, SalesbotError, TransientError, describe, reason_for
from contracts.cloudevent import MalformedEvent

_OWN_FAULTS: Final = (PermanentError, MalformedEvent)


class HandlerTimeout(Exception):
    """A handler exceeded its time limit and was cancelled."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """The delays between retries, and after which time a waiting record is a readiness fault. In seconds.

    A record is tried without end unless the fault is its own. That is safe because a waiting record frees its
    slot and its partition pauses: nothing is lost, the lag grows, and readiness and alerts tell the operator.
    """

    first_delay_s: float = 0.2
    # A reply is due within five seconds of its dependency being back, the model's time included.
    longest_delay_s: float = 1.0
    # However many records wait, a dependency that is down or just coming back meets no more than these.
    most_retries_per_s: float = 20.0
    unready_after_s: float = 10.0

    def delay_s(self, attempt: int, *, waiting: int = 1) -> float:
        """The delay after this attempt (from 1) while `waiting` records wait: exponential, with jitter."""
        backoff = min(self.longest_delay_s, self.first_delay_s * 2.0 ** min(attempt - 1, 16))
        ceiling = max(backoff, (waiting - 1) / self.most_retries_per_s)
        return ceiling * random.uniform(0.5, 1.0)  # noqa: S311 - jitter is no secret


def is_record_fault(failure: BaseException) -> bool:
    """Whether a record that was tried alone provably caused `failure`, so that no retry can help."""
    return isinstance(failure, _OWN_FAULTS)


def may_be_record_fault(failure: BaseException) -> bool:
    """Whether one of several records may have caused `failure`, rather than a dependency of them all."""
    return not isinstance(failure, TransientError)


async def interrupted_within(delay_s: float, interrupted: asyncio.Event) -> bool:
    """Wait `delay_s`; True as soon as `interrupted` is set."""
    try:
        async with asyncio.timeout(delay_s):
            return await interrupted.wait()
    except TimeoutError:
        return False


def is_worth_logging(attempt: int) -> bool:
    """Whether the failure of this attempt is logged: the 1st, 2nd, 4th, 8th, and so on."""
    return attempt & (attempt - 1) == 0


def log_fields(failure: BaseException) -> dict[str, Any]:
    """The log fields of a failure; an error class of ours needs no traceback."""
    if isinstance(failure, SalesbotError | MalformedEvent):
        return {"error": reason_for(failure), "detail": describe(failure)}
    return {"error": reason_for(failure), "exc_info": failure}
