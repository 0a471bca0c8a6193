"""A model that keeps failing is left alone, then tried with one question, then trusted again."""

import asyncio
from contextlib import suppress

import pytest

from chassis.language_model import FailureReason, ModelUnavailable
from chassis.language_model.circuit_breaker import MAX_PAUSE_S, CircuitBreaker, CircuitBreakerLimits, State

OUTAGES = {
    FailureReason.TIMEOUT,
    FailureReason.RATE_LIMITED,
    FailureReason.OUT_OF_QUOTA,
    FailureReason.SERVER_ERROR,
    FailureReason.CONNECTION,
}


class Breaker(CircuitBreaker):
    """One that three failures in ten seconds open for five, on a clock that a test turns."""

    def __init__(self) -> None:
        self.now = 1000.0
        limits = CircuitBreakerLimits(failures=3, window_s=10, pause_s=5)
        super().__init__("m", limits, now=lambda: self.now)

    def ask(self, failure: BaseException | None = None) -> None:
        with self.call():
            if failure:
                raise failure

    def fail(self, times: int = 1, reason: FailureReason = FailureReason.SERVER_ERROR, **more: float) -> str:
        """Let calls fail; return the reason that came out at last."""
        for _ in range(times):
            with pytest.raises(ModelUnavailable) as caught:
                self.ask(ModelUnavailable(reason, "as told", **more))
        return caught.value.reason

    def open_up(self, *, and_wait_s: float = 0) -> None:
        self.fail(3)
        self.now += and_wait_s


@pytest.fixture
def breaker() -> Breaker:
    return Breaker()


@pytest.mark.parametrize("reason", FailureReason)
def test_only_outages_of_the_server_count(breaker: Breaker, reason: FailureReason) -> None:
    breaker.fail(3, reason)

    assert breaker.state is (State.OPEN if reason in OUTAGES else State.CLOSED)
    assert (breaker.fail(1, reason) is FailureReason.BREAKER_OPEN) is (
        reason in OUTAGES or reason is FailureReason.BREAKER_OPEN
    )


def test_failures_long_ago_or_among_many_answers_are_no_outage(breaker: Breaker) -> None:
    breaker.fail(2)
    breaker.now += 11
    breaker.fail()
    assert breaker.state is State.CLOSED

    for _ in range(10):
        breaker.ask()
    breaker.fail(2)
    assert breaker.state is State.CLOSED


def test_after_a_pause_one_question_tries_the_model_and_its_answer_clears_the_record(
    breaker: Breaker,
) -> None:
    breaker.open_up(and_wait_s=5)

    with breaker.call():
        assert breaker.state is State.TRYING
        assert breaker.fail() is FailureReason.BREAKER_OPEN
    breaker.fail(2)

    assert breaker.state is State.CLOSED


def test_a_model_that_fails_its_trial_is_left_alone_again(breaker: Breaker) -> None:
    breaker.open_up(and_wait_s=5)

    assert breaker.fail(2) is FailureReason.BREAKER_OPEN


@pytest.mark.parametrize(("asked_s", "left_alone_s"), [(2, 5), (60, 60), (3600, MAX_PAUSE_S)])
def test_a_model_is_left_alone_for_as_long_as_it_asks_within_reason(
    breaker: Breaker, asked_s: float, left_alone_s: float
) -> None:
    breaker.fail(3, FailureReason.RATE_LIMITED, retry_after_s=asked_s)

    breaker.now += left_alone_s - 0.1
    early = breaker.state
    breaker.now += 0.1

    assert (early, breaker.state) == (State.OPEN, State.TRYING)


@pytest.mark.parametrize(
    "end", [asyncio.CancelledError(), ModelUnavailable(FailureReason.SPEND_CAP, "as told"), ValueError()]
)
def test_a_trial_that_says_nothing_of_the_model_leaves_room_for_another(
    breaker: Breaker, end: BaseException
) -> None:
    breaker.open_up(and_wait_s=5)

    with suppress(type(end)):
        breaker.ask(end)
    breaker.ask()

    assert breaker.state is State.CLOSED


def test_what_began_before_the_breaker_opened_does_not_prolong_the_pause(breaker: Breaker) -> None:
    with pytest.raises(ModelUnavailable), breaker.call():
        breaker.open_up(and_wait_s=4)
        raise ModelUnavailable(FailureReason.TIMEOUT, "late")
    breaker.now += 1

    assert breaker.state is State.TRYING
