"""Tell operators how deliveries stand."""

from chassis import metrics
from services.leadstore.deliverer.ports import Subscriptions


async def count_deliveries(subscriptions: Subscriptions) -> None:
    """Set the gauges to what is stored; a subscription that is gone is no longer told of.

    Raises:
        DatabaseUnavailable: try again.
    """
    shown = await subscriptions.shown()
    for gauge in (metrics.DELIVERIES_WAITING, metrics.DELIVERIES_DEAD, metrics.SUBSCRIPTIONS_PAUSED):
        gauge.clear()
    for each in shown:
        metrics.DELIVERIES_WAITING.labels(each.name).set(each.waiting)
        metrics.DELIVERIES_DEAD.labels(each.name).set(each.dead)
        metrics.SUBSCRIPTIONS_PAUSED.labels(each.name).set(each.paused_because is not None)
