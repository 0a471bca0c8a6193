"""How asking a language model fails.

TransientError
└── ModelUnavailable    no usable answer this time, for one of the reasons below
    └── RequestRefused  the server does not take the request; without a parameter it may
SalesbotError
└── UnusableSchema      the demanded answer cannot be expressed to the server: a fault in our code
"""

from __future__ import annotations

from enum import StrEnum

from chassis.errors import SalesbotError, TransientError
from chassis.language_model.exchange import Usage
from chassis.language_model.refusals import Refusal


class FailureReason(StrEnum):
    """Why there is no usable answer. Also the `error.type` of spans and a metric label."""

    TIMEOUT = "timeout"
    RATE_LIMITED = "rate_limited"
    OUT_OF_QUOTA = "out_of_quota"
    MISCONFIGURED = "misconfigured"
    MODEL_GONE = "model_gone"
    SERVER_ERROR = "server_error"
    CONNECTION = "connection"
    REFUSED = "refused"
    TRUNCATED = "truncated"
    INVALID_ANSWER = "invalid_answer"
    BREAKER_OPEN = "breaker_open"
    SPEND_CAP = "spend_cap"
    SPEND_UNKNOWN = "spend_unknown"

    @property
    def is_passing(self) -> bool:
        """Whether the same request may succeed soon."""
        return self in _PASSING

    @property
    def is_outage(self) -> bool:
        """Whether the server failed, and would likely fail the next request too."""
        return self in _PASSING or self is FailureReason.OUT_OF_QUOTA

    @property
    def is_answer(self) -> bool:
        """Whether the server answered, although the answer is unusable."""
        return self in _ANSWERS


_PASSING = frozenset(
    {FailureReason.TIMEOUT, FailureReason.RATE_LIMITED, FailureReason.SERVER_ERROR, FailureReason.CONNECTION}
)
_ANSWERS = frozenset({FailureReason.REFUSED, FailureReason.TRUNCATED, FailureReason.INVALID_ANSWER})


class ModelUnavailable(TransientError):
    """The model gave no usable answer; continue without it.

    `usage` and `cost_usd` are what all attempts used nevertheless; None and 0 when nothing was used. `cap` is
    the cap that forbade to ask, if one did.
    """

    def __init__(
        self,
        reason: FailureReason,
        message: str,
        *,
        retry_after_s: float | None = None,
        cap: str | None = None,
    ) -> None:
        super().__init__(f"{reason}: {message}")
        self.reason = reason
        self.usage: Usage | None = None
        self.cost_usd = 0.0
        self.retry_after_s = retry_after_s
        self.cap = cap


class RequestRefused(ModelUnavailable):
    """The server refused the request; `refusal` is its reason, which may quote the prompt."""

    def __init__(self, reason: FailureReason, message: str, refusal: Refusal) -> None:
        super().__init__(reason, message)
        self.refusal = refusal


class UnusableSchema(SalesbotError):
    """A model class cannot be expressed as a strict JSON schema.

    No record is at fault, so a consumer waits until a corrected version is deployed.
    """
