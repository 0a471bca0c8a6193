"""A circuit breaker: a model that keeps failing is not called for a while, then tried with one call."""

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

MAX_PAUSE_S = 120.0

logger = structlog.get_logger(__name__)


class State(IntEnum):
    """What a breaker admits: all calls, one trial call, none. Also the value of its gauge."""

    CLOSED = 0
    TRYING = 1
    OPEN = 2


@dataclass(frozen=True, slots=True)
class CircuitBreakerLimits:
    """Opens at `failures` within `window_s` if they are half of all calls, for `pause_s`.

    A longer Retry-After of the server is respected, up to `MAX_PAUSE_S`.
    """

    failures: int = 5
    window_s: float = 30.0
    pause_s: float = 15.0


class CircuitBreaker:
    """The circuit breaker of one model in one process.

    Only outages of the server count as failures, not unusable answers. A call that was cancelled or never
    made is not counted.
    """

    def __init__(
        self, model: str, limits: CircuitBreakerLimits, *, now: Callable[[], float] = monotonic
    ) -> None:
        self._model = model
        self._limits = limits
        self._now = now
        self._calls: deque[tuple[float, bool]] = deque()
        self._open_until = 0.0
        self._has_trial = False
        self._state = State.CLOSED
        self._export()

    @property
    def state(self) -> State:
        """What it admits now."""
        is_over = self._now() >= self._open_until
        return State.TRYING if self._state is State.OPEN and is_over else self._state

    @contextmanager
    def call(self) -> Iterator[None]:
        """Admit a call, and count how it ends.

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
                self._has_trial = False

    def _admit(self) -> bool:
        if self.state is State.CLOSED:
            return False
        if self.state is State.OPEN or self._has_trial:
            raise ModelUnavailable(FailureReason.BREAKER_OPEN, f"{self._model!r} is not called for now")
        self._change_to(State.TRYING)
        self._has_trial = True
        return True

    def _note(self, outage: ModelUnavailable | None, *, is_trial: bool) -> None:
        if is_trial:
            self._decide(outage)
        elif self._state is State.CLOSED:
            # A call that began before the breaker opened adds nothing.
            self._calls.append((self._now(), outage is not None))
            while self._calls[0][0] < self._now() - self._limits.window_s:
                self._calls.popleft()
            if outage is not None and self._has_too_many_failures():
                self._decide(outage)

    def _has_too_many_failures(self) -> bool:
        failures = sum(is_failure for _, is_failure in self._calls)
        return failures >= self._limits.failures and 2 * failures >= len(self._calls)

    def _decide(self, outage: ModelUnavailable | None) -> None:
        self._calls.clear()
        if outage is not None:
            wanted_s = min(outage.retry_after_s or 0.0, MAX_PAUSE_S)
            self._open_until = self._now() + max(self._limits.pause_s, wanted_s)
        self._change_to(State.CLOSED if outage is None else State.OPEN)

    def _change_to(self, state: State) -> None:
        if state is self._state:
            return
        self._state = state
        self._export()
        log = logger.warning if state is State.OPEN else logger.info
        log("language_model_breaker_changed", model=self._model, state=state.name.lower())

    def _export(self) -> None:
        metrics.LANGUAGE_MODEL_BREAKER.labels(self._model).set(self._state)
