"""Tell operators how the funnel stands."""

from datetime import datetime
from typing import Final

from chassis import metrics
from contracts.read_model import Step
from services.leadstore.ports import Reports

_PERIODS_DAYS: Final = (1, 7, 30)
_CANCELED: Final = "canceled"


async def count_funnel(reports: Reports, now: datetime) -> None:
    """Set the gauges to what is stored of the last day, week and month.

    Raises:
        DatabaseUnavailable: try again.
    """
    for days in _PERIODS_DAYS:
        counts = await reports.recent_funnel(days, now)
        for step in (*Step, _CANCELED):
            metrics.FUNNEL_CONVERSATIONS.labels(step, days).set(counts.get(step, 0))
        metrics.FUNNEL_MODEL_COST.labels(days).set(await reports.recent_cost(days, now))
