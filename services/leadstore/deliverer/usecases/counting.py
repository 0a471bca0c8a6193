"""Tell operators how deliveries stand."""

from typing import Final

from chassis import metrics
from services.leadstore.deliverer.ports import Subscriptions

_GAUGES: Final = (
    metrics.DELIVERIES_WAITING,
    metrics.DELIVERIES_DEAD,
    metrics.DELIVERIES_OLDEST_AGE,
    metrics.SUBSCRIPTIONS_PAUSED,
)


async def count_deliveries(subscriptions: Subscriptions) -> None:
    """Set the gauges to what is stored; a subscription that is gone is no longer told of.

    Raises:
        DatabaseUnavailable: try again.
    """
    shown = await subscriptions.shown()
    for gauge in _GAUGES:
        gauge.clear()
    for each in shown:
        metrics.DELIVERIES_WAITING.labels(each.name).set(each.waiting)
        metrics.DELIVERIES_DEAD.labels(each.name).set(each.dead)
        # Of a paused one that is meant.
        late_s = 0.0 if each.paused_because else each.oldest_waiting_s or 0.0
        metrics.DELIVERIES_OLDEST_AGE.labels(each.name).set(late_s)
        metrics.SUBSCRIPTIONS_PAUSED.labels(each.name).set(each.paused_because is not None)
