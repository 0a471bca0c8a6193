"""A model that keeps failing is left alone, then tried with one question, then trusted again."""

import asyncio
from contextlib import suppress

import pytest

from chassis.language_model import FailureReason, ModelUnavailable
from chassis.language_model.circuit_breaker import (
    MAX_PAUSE_S,
    CircuitBreaker,
    CircuitBreakerLimits,
    State,
)

OUTAGES = {
    FailureReason.TIMEOUT,
    FailureReason.RATE_LIMITED,
    FailureReason.OUT_OF_QUOTA,
    FailureReason.SERVER_ERROR,
    FailureReason.CONNECTION,
}


class Watch:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def breaker(watch: Watch) -> CircuitBreaker:
    return CircuitBreaker("m", CircuitBreakerLimits(failures=3, window_s=10, pause_s=5), now=watch)


def fail(breaker: CircuitBreaker, reason: FailureReason = FailureReason.SERVER_ERROR) -> FailureReason:
    """Let a call fail; return the reason that came out."""
    with pytest.raises(ModelUnavailable) as caught, breaker.call():
        raise ModelUnavailable(reason, "as told")
    return caught.value.reason


def succeed(breaker: CircuitBreaker) -> None:
    with breaker.call():
        pass


def open_up(breaker: CircuitBreaker) -> None:
    for _ in range(3):
        fail(breaker)


@pytest.mark.parametrize("reason", FailureReason)
def test_only_outages_of_the_server_count(breaker: CircuitBreaker, reason: FailureReason) -> None:
    for _ in range(3):
        with suppress(ModelUnavailable), breaker.call():
            raise ModelUnavailable(reason, "as told")

    assert breaker.state is (State.OPEN if reason in OUTAGES else State.CLOSED)


def test_a_model_that_keeps_failing_is_not_called(breaker: CircuitBreaker) -> None:
    open_up(breaker)

    assert fail(breaker) is FailureReason.BREAKER_OPEN


def test_failures_long_ago_are_forgotten(breaker: CircuitBreaker, watch: Watch) -> None:
    fail(breaker)
    fail(breaker)
    watch.now += 11
    fail(breaker)

    assert breaker.state is State.CLOSED


def test_a_few_failures_among_many_answers_are_no_outage(breaker: CircuitBreaker) -> None:
    for _ in range(10):
        succeed(breaker)
    open_up(breaker)

    assert breaker.state is State.CLOSED


def test_after_a_pause_one_question_tries_the_model(breaker: CircuitBreaker, watch: Watch) -> None:
    open_up(breaker)
    watch.now += 5

    with breaker.call():
        assert breaker.state is State.TRYING
        assert fail(breaker) is FailureReason.BREAKER_OPEN

    assert breaker.state is State.CLOSED


def test_a_model_that_fails_its_trial_is_left_alone_again(breaker: CircuitBreaker, watch: Watch) -> None:
    open_up(breaker)
    watch.now += 5
    fail(breaker)

    assert fail(breaker) is FailureReason.BREAKER_OPEN
    watch.now += 5
    succeed(breaker)
    assert breaker.state is State.CLOSED


@pytest.mark.parametrize(("asked_s", "left_alone_s"), [(2, 5), (60, 60), (3600, MAX_PAUSE_S)])
def test_a_model_is_left_alone_for_as_long_as_it_asks_within_reason(
    breaker: CircuitBreaker, watch: Watch, asked_s: float, left_alone_s: float
) -> None:
    for _ in range(3):
        with pytest.raises(ModelUnavailable), breaker.call():
            raise ModelUnavailable(FailureReason.RATE_LIMITED, "busy", retry_after_s=asked_s)

    watch.now += left_alone_s - 0.1
    early = breaker.state
    watch.now += 0.1

    assert (early, breaker.state) == (State.OPEN, State.TRYING)


@pytest.mark.parametrize(
    "end", [asyncio.CancelledError(), ModelUnavailable(FailureReason.SPEND_CAP, "as told"), ValueError()]
)
def test_a_trial_that_tells_nothing_leaves_room_for_another(
    breaker: CircuitBreaker, watch: Watch, end: BaseException
) -> None:
    open_up(breaker)
    watch.now += 5
    with pytest.raises(type(end)), breaker.call():
        raise end

    succeed(breaker)

    assert breaker.state is State.CLOSED


def test_what_began_before_the_breaker_opened_does_not_prolong_the_pause(
    breaker: CircuitBreaker, watch: Watch
) -> None:
    with pytest.raises(ModelUnavailable), breaker.call():
        open_up(breaker)
        watch.now += 4
        raise ModelUnavailable(FailureReason.TIMEOUT, "late")
    watch.now += 1

    assert breaker.state is State.TRYING


def test_after_its_return_a_model_starts_with_a_clean_record(breaker: CircuitBreaker, watch: Watch) -> None:
    open_up(breaker)
    watch.now += 5
    succeed(breaker)
    fail(breaker)
    fail(breaker)

    assert breaker.state is State.CLOSED
