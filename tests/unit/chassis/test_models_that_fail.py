"""A model that keeps failing, or is gone, is left alone, then asked again; its last day is known before."""

import asyncio
from contextlib import suppress
from datetime import date

import pytest

from chassis.language_model import FailureReason, ModelUnavailable
from chassis.language_model.availability import ASKED_AGAIN_AFTER_S, GoneModels, shutdown_date_of
from chassis.language_model.circuit_breaker import MAX_PAUSE_S, CircuitBreaker, CircuitBreakerLimits, State

LAST_DAY = date(2027, 1, 14)
OUTAGES = {"timeout", "rate_limited", "out_of_quota", "server_error", "connection"}


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


@pytest.fixture
def breaker() -> Breaker:
    return Breaker()


@pytest.mark.parametrize("reason", FailureReason)
def test_only_outages_of_the_server_count(breaker: Breaker, reason: FailureReason) -> None:
    breaker.fail(3, reason)

    is_left_alone = reason in OUTAGES
    assert breaker.state is (State.OPEN if is_left_alone else State.CLOSED)
    assert breaker.fail(1, reason) is (FailureReason.BREAKER_OPEN if is_left_alone else reason)


def test_failures_long_ago_or_among_many_answers_are_no_outage(breaker: Breaker) -> None:
    breaker.fail(2)
    breaker.now += 11
    breaker.fail()
    assert breaker.state is State.CLOSED

    for _ in range(10):
        breaker.ask()
    breaker.fail(2)
    assert breaker.state is State.CLOSED


def test_after_a_pause_one_question_tries_the_model_and_an_answer_clears_the_record(breaker: Breaker) -> None:
    breaker.fail(3)
    breaker.now += 5
    assert breaker.fail(2) is FailureReason.BREAKER_OPEN, "one that fails its trial is left alone again"
    breaker.now += 5

    with breaker.call():
        assert breaker.state is State.TRYING
        assert breaker.fail() is FailureReason.BREAKER_OPEN
    breaker.fail(2)

    assert breaker.state is State.CLOSED


@pytest.mark.parametrize(("asked_s", "left_alone_s"), [(2, 5), (60, 60), (3600, MAX_PAUSE_S)])
def test_it_is_left_alone_as_long_as_it_asks(breaker: Breaker, asked_s: float, left_alone_s: float) -> None:
    breaker.fail(3, FailureReason.RATE_LIMITED, retry_after_s=asked_s)

    breaker.now += left_alone_s - 0.1
    early = breaker.state
    breaker.now += 0.1

    assert (early, breaker.state) == (State.OPEN, State.TRYING)


@pytest.mark.parametrize(
    "end", [asyncio.CancelledError(), ModelUnavailable(FailureReason.SPEND_CAP, "as told"), ValueError()]
)
def test_a_trial_that_says_nothing_leaves_room_for_another(breaker: Breaker, end: BaseException) -> None:
    breaker.fail(3)
    breaker.now += 5

    with suppress(type(end)):
        breaker.ask(end)
    breaker.ask()

    assert breaker.state is State.CLOSED


def test_what_began_before_the_breaker_opened_does_not_prolong_the_pause(breaker: Breaker) -> None:
    with pytest.raises(ModelUnavailable), breaker.call():
        breaker.fail(3)
        breaker.now += 4
        raise ModelUnavailable(FailureReason.TIMEOUT, "late")
    breaker.now += 1

    assert breaker.state is State.TRYING


def test_a_model_that_is_gone_is_asked_again_after_a_while() -> None:
    now_s = 1000.0
    gone = GoneModels(now=lambda: now_s)

    gone.add("first", fallback="second")
    assert "first" in gone and "second" not in gone
    now_s += ASKED_AGAIN_AFTER_S
    assert "first" not in gone


@pytest.mark.parametrize(
    ("entry", "day"),
    [
        ({"shutdown_date": "2027-01-14"}, LAST_DAY),
        ({"shutdown_date": "2027-01-14T12:00:00Z"}, LAST_DAY),
        ({"shutdown_at": 1799884800.0}, LAST_DAY),
        ({"deprecation": {"shutdown_date": "2027-01-14", "replacement": "gpt-6-luna"}}, LAST_DAY),
        ({"deprecation": {"fine_tune": 1, "inference": 1799884800}}, LAST_DAY),
        ({"shutdown_date": None, "deprecation_date": "2027-01-14"}, LAST_DAY),
        ({"deprecated": True, "retirement_date": "2027-01-14"}, LAST_DAY),
        ({"shutdown_date": "soon"}, None),
        ({"shutdown_date": True}, None),
        ({"shutdown_date": 1e300}, None),
        ({"deprecation": {}}, None),
    ],
)
def test_the_last_day_is_read_in_every_notation(entry: dict[str, object], day: date | None) -> None:
    assert shutdown_date_of(entry) == day
