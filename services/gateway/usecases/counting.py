"""Counts requests, and refuses those that are too many."""

from collections.abc import Sequence
from math import ceil

from chassis import metrics
from services.gateway.domain import Quota, Standing
from services.gateway.errors import RateLimited
from services.gateway.ports import RateLimiter


async def count_request(quotas: Sequence[Quota], limiter: RateLimiter) -> Sequence[Standing]:
    """Count a request; what is left of each limit. `refuse_exceeded` says whether it may go on."""
    return await limiter.hit(quotas) if quotas else ()


def refuse_exceeded(standings: Sequence[Standing]) -> None:
    """Return if no limit is exceeded.

    Raises:
        RateLimited: one is; it names the one that lasts longest.
    """
    exceeded = [standing for standing in standings if standing.is_exceeded]
    if exceeded:
        worst = max(exceeded, key=lambda standing: standing.reset_s)
        metrics.REQUESTS_LIMITED.labels(worst.policy).inc()
        raise RateLimited(worst.policy, max(1, ceil(worst.reset_s)))
