"""Translates the client's errors, and decides how long to wait before the next attempt."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx2
import openai

from chassis.language_model.errors import FailureReason, ModelUnavailable, RequestRefused
from chassis.language_model.refusals import BAD_REQUEST, UNPROCESSABLE, Refusal

FIRST_PAUSE_S = 0.25
LONGEST_PAUSE_S = 4.0

REQUEST_TIMEOUT, CONFLICT, TOO_MANY_REQUESTS, SERVER_ERRORS = 408, 409, 429, 500


def translate(error: Exception, model: str = "") -> ModelUnavailable:
    """The failure as our error; its message contains nothing of the exchanged text."""
    if isinstance(error, openai.APIStatusError):
        if refusal := Refusal.of(error, model):
            reason = _reason_of_status(error)
            # A parameter may be what the model lacks, rather than the server the model.
            if refusal.is_of_a_missing_model and refusal.status not in (BAD_REQUEST, UNPROCESSABLE):
                reason = FailureReason.MODEL_GONE
            return RequestRefused(reason, f"the server answered {error.status_code} ({error.code})", refusal)
        return ModelUnavailable(
            _reason_of_status(error),
            f"the server answered {error.status_code} ({error.code})",
            retry_after_s=retry_after_s(error.response.headers),
        )
    # A connection that is closed while a request waits reaches us as a timeout of connecting.
    cause = error.__cause__ if isinstance(error, openai.APIConnectionError) else error
    if isinstance(cause, httpx2.TimeoutException) and not isinstance(cause, httpx2.ConnectTimeout):
        return ModelUnavailable(FailureReason.TIMEOUT, "the server fell silent")
    return ModelUnavailable(FailureReason.CONNECTION, f"no connection: {type(cause or error).__name__}")


def _reason_of_status(error: openai.APIStatusError) -> FailureReason:
    if error.code == "insufficient_quota":
        return FailureReason.OUT_OF_QUOTA
    if error.status_code == TOO_MANY_REQUESTS:
        return FailureReason.RATE_LIMITED
    if error.status_code >= SERVER_ERRORS or error.status_code in (REQUEST_TIMEOUT, CONFLICT):
        return FailureReason.SERVER_ERROR
    return FailureReason.MISCONFIGURED


def pause_s(failure: ModelUnavailable, attempt: int) -> float:
    """The server's Retry-After, else a pause that grows with the attempts, counted from 1."""
    if failure.retry_after_s is not None:
        return failure.retry_after_s
    # Uneven, so that processes turned away together do not come back together; no secret is made of it.
    return min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2.0 ** (attempt - 1)) * random.uniform(0.5, 1.0)  # noqa: S311


def retry_after_s(headers: httpx2.Headers) -> float | None:
    """The wait the server asks for: in milliseconds, in seconds, or as a date."""
    if (milliseconds := _number(headers.get("retry-after-ms"))) is not None:
        return max(0.0, milliseconds / 1000)
    value = headers.get("retry-after")
    if (seconds := _number(value)) is not None:
        return max(0.0, seconds)
    try:
        until = parsedate_to_datetime(value or "")
    except ValueError:
        return None
    return max(0.0, (until.astimezone(UTC) - datetime.now(UTC)).total_seconds())


def _number(value: str | None) -> float | None:
    try:
        return float(value or "")
    except ValueError:
        return None
