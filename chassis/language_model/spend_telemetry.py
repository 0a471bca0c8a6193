"""What the operator sees of the spend limiter: what is used, and which cap binds."""

from __future__ import annotations

import structlog

from chassis import metrics
from chassis.language_model.ledgers import UNITS, Ledger
from chassis.language_model.prices import MICRO, Amount

logger = structlog.get_logger(__name__)

# A conversation has no end, so it is counted as its cost grows past these marks.
MARKS_USD = (0.0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)


def export_day(day: Ledger, spent: Amount) -> None:
    """What the day has used, and which share of its caps that is."""
    metrics.SPENT_TODAY_USD.set(spent.usd)
    metrics.SPENT_TODAY_TOKENS.set(spent.tokens)
    for unit, used in zip(UNITS, (spent.tokens, spent.microusd), strict=True):
        most = day.cap_of(unit)
        metrics.SPEND_CAP_USED.labels(day.cap(unit)).set(used / most if most else 1.0)


def announce_shares() -> None:
    """Show the counters of shares from the start, so that the first one that is used up is a growth."""
    for period in ("address", "site_openings", "site"):
        for unit in UNITS:
            metrics.SPEND_CAPS_REACHED.labels(f"{period}_{unit}")


def export_binding(cap: str, *, is_binding: bool) -> None:
    """Whether the last call that asked was refused by this cap."""
    metrics.SPEND_CAP_BINDS.labels(cap).set(is_binding)


def count_conversation(microusd_before: int, microusd: int) -> None:
    """Count the conversation at every mark its cost has just passed."""
    for mark_usd in MARKS_USD:
        if microusd_before <= mark_usd * MICRO < microusd:
            metrics.CONVERSATIONS_COST_OVER.labels(f"{mark_usd:g}").inc()


def report_cap_reached(ledger: Ledger, unit: str, used: int) -> None:
    """Log and count that a cap begins to bind; called once a period over all processes.

    The cap of a day stops all conversations, so it is an error; that of a conversation or of a share of the
    day is a warning.
    """
    cap, scale = ledger.cap(unit), 1 if unit == "tokens" else MICRO
    metrics.SPEND_CAPS_REACHED.labels(cap).inc()
    log = logger.error if ledger.period == "day" else logger.warning
    log("spend_cap_reached", cap=cap, used=used / scale, limit=ledger.cap_of(unit) / scale)
