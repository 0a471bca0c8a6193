"""Which models are no longer served, and which will not be.

A server that does not have a model says so with a 404; one that plans to remove it may say when in its list
of models, as may the playbook.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from time import monotonic
from typing import Any, Final

import openai
import structlog

from chassis import metrics
from chassis.language_model.events import BROKEN_CONNECTION

# A model that came back, or a name that was mended at the server, is found by the next question then.
ASKED_AGAIN_AFTER_S: Final = 600.0
WARNED_DAYS_BEFORE: Final = (7, 30, 90)
URGENT_DAYS: Final = 7
LIST_TIMEOUT_S: Final = 10.0
_NAMES: Final = (
    "shutdown_date",
    "shutdown_at",
    "shutoff_date",
    "retirement_date",
    "retired_at",
    "end_of_life",
    "expiration_date",
    "inference",
    "deprecation_date",
    "deprecation",
    "deprecated_at",
)
_UNREADABLE: Final = (ValueError, OverflowError, OSError)

logger = structlog.get_logger(__name__)


class GoneModels:
    """The models that the server did not have when this process asked for them."""

    def __init__(self, *, now: Callable[[], float] = monotonic) -> None:
        self._now = now
        self._until: dict[str, float] = {}

    def __contains__(self, model: str) -> bool:
        return self._until.get(model, -math.inf) > self._now()

    def add(self, model: str, *, fallback: str | None, for_s: float = ASKED_AGAIN_AFTER_S) -> None:
        """Do not ask this model for a while."""
        if model not in self._until:
            logger.error("language_model_gone", model=model, fallback=fallback)
        self._until[model] = self._now() + for_s
        metrics.LANGUAGE_MODEL_GONE.labels(model).set(1)

    def discard(self, model: str) -> None:
        """Note that the model has answered."""
        if self._until.pop(model, None) is not None:
            logger.info("language_model_back", model=model)
            metrics.LANGUAGE_MODEL_GONE.labels(model).set(0)


class ShutdownNotices:
    """Exports how many days a model has left, and logs when few are left."""

    def __init__(self) -> None:
        self._warned: dict[str, int] = {}

    def show(self, model: str, shutdown: date, today: date) -> int:
        """Set the gauge, and log each time that one of the marks is passed."""
        days = (shutdown - today).days
        metrics.LANGUAGE_MODEL_SHUTDOWN_DAYS.labels(model).set(days)
        mark = next((mark for mark in WARNED_DAYS_BEFORE if days <= mark), None)
        if mark is not None and self._warned.get(model) != mark:
            self._warned[model] = mark
            log = logger.error if days <= URGENT_DAYS else logger.warning
            log("language_model_shutdown_announced", model=model, date=shutdown.isoformat(), days=days)
        return days


async def listed_shutdown_dates(client: openai.AsyncOpenAI) -> Mapping[str, date]:
    """The shutdown dates in the server's list of models; empty when it cannot be read."""
    try:
        answer = await client.models.with_raw_response.list(timeout=LIST_TIMEOUT_S)
        listed = answer.http_response.json()
    except (openai.OpenAIError, *BROKEN_CONNECTION, ValueError) as error:
        logger.info("language_models_not_listed", reason=type(error).__name__)
        return {}
    entries = listed.get("data") if isinstance(listed, dict) else listed
    found = {}
    for entry in entries if isinstance(entries, list) else []:
        if isinstance(entry, dict) and (day := shutdown_date_of(entry)):
            found[str(entry.get("id"))] = day
    return found


def shutdown_date_of(entry: Mapping[str, Any]) -> date | None:
    """The shutdown date in an entry of a list of models, in any known field and notation."""
    for name in _NAMES:
        value = entry.get(name)
        day = shutdown_date_of(value) if isinstance(value, dict) else _day(value)
        if day is not None:
            return day
    return None


def _day(value: object) -> date | None:
    try:
        if isinstance(value, int | float) and not isinstance(value, bool) and value > 0:
            return datetime.fromtimestamp(value, UTC).date()
        if isinstance(value, str):
            return datetime.fromisoformat(value).date()
    except _UNREADABLE:
        return None
    return None
