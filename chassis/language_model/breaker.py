"""A circuit breaker: a model that keeps failing is left alone for a while, then tried with one question."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import IntEnum
from time import monotonic

import structlog

from chassis import metrics
from chassis.language_model.errors import FailureReason, ModelUnavailable

LONGEST_PAUSE_S = 120.0

logger = structlog.get_logger(__name__)


class State(IntEnum):
    """What a breaker lets through: everything, one question, nothing. Also the value of its gauge."""

    CLOSED = 0
    TRYING = 1
    OPEN = 2


@dataclass(frozen=True, slots=True)
class BreakerLimits:
    """Opens at `failures` within `window_s` if they are half of all calls, and stays so for `pause_s`.

    A server that asks for more time gets it, within reason.
    """

    failures: int = 5
    window_s: float = 30.0
    pause_s: float = 15.0


class Breaker:
    """The breaker of one model in one process.

    It judges the server, not the answer: only outages count as failures. A call that says nothing of the
    server, because it was cancelled or never made, counts as nothing.
    """

    def __init__(self, model: str, limits: BreakerLimits, *, now: Callable[[], float] = monotonic) -> None:
        self._model = model
        self._limits = limits
        self._now = now
        self._calls: deque[tuple[float, bool]] = deque()
        self._rests_until = 0.0
        self._is_being_tried = False
        self._state = State.CLOSED
        self._show()

    @property
    def state(self) -> State:
        """What it lets through now."""
        is_rested = self._now() >= self._rests_until
        return State.TRYING if self._state is State.OPEN and is_rested else self._state

    @contextmanager
    def call(self) -> Iterator[None]:
        """Let a call through, and learn from how it ends.

        Raises:
            ModelUnavailable: on entering, with `breaker_open`; else what the call raised.
        """
        is_trial = self._admit()
        try:
            yield
            self._note(None, is_trial=is_trial)
        except ModelUnavailable as failure:
            if failure.reason.is_outage:
                self._note(failure, is_trial=is_trial)
            elif failure.reason.is_answer:
                self._note(None, is_trial=is_trial)
            raise
        finally:
            if is_trial:
                self._is_being_tried = False

    def _admit(self) -> bool:
        if self.state is State.CLOSED:
            return False
        if self.state is State.OPEN or self._is_being_tried:
            raise ModelUnavailable(FailureReason.BREAKER_OPEN, f"{self._model!r} is left alone for now")
        self._become(State.TRYING)
        self._is_being_tried = True
        return True

    def _note(self, outage: ModelUnavailable | None, *, is_trial: bool) -> None:
        if is_trial:
            self._judge(outage)
        elif self._state is State.CLOSED:
            # A call that began before the breaker opened tells nothing that is not known.
            self._calls.append((self._now(), outage is not None))
            while self._calls[0][0] < self._now() - self._limits.window_s:
                self._calls.popleft()
            if outage is not None and self._is_too_much():
                self._judge(outage)

    def _is_too_much(self) -> bool:
        failures = sum(is_failure for _, is_failure in self._calls)
        return failures >= self._limits.failures and 2 * failures >= len(self._calls)

    def _judge(self, outage: ModelUnavailable | None) -> None:
        self._calls.clear()
        if outage is not None:
            wanted_s = min(outage.retry_after_s or 0.0, LONGEST_PAUSE_S)
            self._rests_until = self._now() + max(self._limits.pause_s, wanted_s)
        self._become(State.CLOSED if outage is None else State.OPEN)

    def _become(self, state: State) -> None:
        if state is self._state:
            return
        self._state = state
        self._show()
        say = logger.warning if state is State.OPEN else logger.info
        say("language_model_breaker_changed", model=self._model, state=state.name.lower())

    def _show(self) -> None:
        metrics.LANGUAGE_MODEL_BREAKER.labels(self._model).set(self._state)
