"""How asking a language model fails.

TransientError
└── ModelUnavailable   no usable answer this time, for one of the reasons below
PermanentError
└── UnusableSchema     the demanded answer cannot be expressed to the server: a fault in our code
"""

from __future__ import annotations

from enum import StrEnum

from chassis.errors import PermanentError, TransientError
from chassis.language_model.exchange import Usage


class FailureReason(StrEnum):
    """Why there is no usable answer. Also the `error.type` of spans and a metric label."""

    TIMEOUT = "timeout"
    RATE_LIMITED = "rate_limited"
    OUT_OF_QUOTA = "out_of_quota"
    MISCONFIGURED = "misconfigured"
    SERVER_ERROR = "server_error"
    CONNECTION = "connection"
    REFUSED = "refused"
    TRUNCATED = "truncated"
    INVALID_ANSWER = "invalid_answer"

    @property
    def is_passing(self) -> bool:
        """Whether the same request may succeed a moment later."""
        return self in _PASSING


_PASSING = frozenset(
    {FailureReason.TIMEOUT, FailureReason.RATE_LIMITED, FailureReason.SERVER_ERROR, FailureReason.CONNECTION}
)


class ModelUnavailable(TransientError):
    """The model gave no usable answer; go on without it.

    `usage` holds the tokens the server said it charges, and is None when it did not get to say so.
    """

    def __init__(
        self,
        reason: FailureReason,
        message: str,
        *,
        usage: Usage | None = None,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(f"{reason}: {message}")
        self.reason = reason
        self.usage = usage
        self.retry_after_s = retry_after_s


class UnusableSchema(PermanentError):
    """A model class cannot be demanded from the server as a strict JSON schema."""
