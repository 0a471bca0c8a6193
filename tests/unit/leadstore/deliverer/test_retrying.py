"""A failed delivery is tried again over days, spread, and as late as its receiver wishes."""

from itertools import accumulate

from services.leadstore.deliverer.domain import RetryPlan, hold_s
from services.leadstore.deliverer.settings import Settings

PLAN = RetryPlan(Settings().delivery_retry_delays_s)


def test_it_is_tried_over_days_and_then_dead() -> None:
    delays = [PLAN.delay_s(attempts, chance=0.5) for attempts in range(1, len(PLAN.delays_s) + 1)]
    assert delays[0] == 5.0
    assert 3 * 86_400 < [*accumulate(delay or 0 for delay in delays)][-1] < 7 * 86_400
    assert PLAN.delay_s(len(delays) + 1, chance=0.5) is None


def test_what_failed_together_comes_back_apart_and_not_before_the_receiver_wishes() -> None:
    assert [round(PLAN.delay_s(2, chance=chance) or 0) for chance in (0, 1)] == [240, 360]
    assert PLAN.delay_s(1, chance=0.5, retry_after_s=120) == 120
    assert PLAN.delay_s(3, chance=0.5, retry_after_s=1) == 1800


def test_a_receiver_that_keeps_failing_is_left_alone_for_up_to_a_minute() -> None:
    assert [hold_s(failures) for failures in (0, 7, 8, 9, 13, 99)] == [0, 0, 1, 2, 32, 60]
