"""A mail on its way out: what it is, and how an attempt to send it ends."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

DeliveryKind = Literal["answer", "unasked", "campaign", "follow_up"]
"""`answer` answers a mail of the recipient, `unasked` follows in the same thread, `campaign` is one of many.

`follow_up` reminds a visitor who went silent, in a thread or at the beginning of one.
"""
DeliveryStatus = Literal[
    "waiting", "handing_over", "sent", "refused", "suppressed", "replaced", "skipped", "stopped"
]
"""`replaced`: what it was to say went out with the mail after it. `skipped`: it was not due any more.

`stopped`: its campaign was stopped, and may be resumed.
"""
SuppressionReason = Literal["opt_out", "bounce", "complaint", "manual"]

_FIRST_PAUSE: Final = timedelta(seconds=30)
_LONGEST_PAUSE: Final = timedelta(hours=1)
# RFC 5321, 4.5.4.1: give up after four or five days. An answer that is older helps nobody.
_KEPT_TRYING_FOR: Final = timedelta(days=3)
# Mails of a campaign may wait for days before their first attempt.
_CAMPAIGN_KEPT_FOR: Final = timedelta(days=14)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A mail to one recipient. `message` is its MIME text with CRLF, which holds `message_id`.

    `traceparent` is of the trace in which it was queued.
    """

    delivery_id: UUID
    conversation_id: UUID
    kind: DeliveryKind
    sender: str
    recipient: str
    message_id: str
    message: bytes
    traceparent: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldWords:
    """What a mail was to say that waits for the next one, without the words that more follows."""

    delivery_id: UUID
    recipient: str
    words: str


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to make one attempt; a later claim of the same mail ends it."""

    delivery: Delivery
    attempt: int
    queued_at: datetime


@dataclass(frozen=True, slots=True)
class Accepted:
    """The server has taken the mail over."""

    reply: str


@dataclass(frozen=True, slots=True)
class Deferred:
    """The server does not have the mail; a later attempt may succeed.

    `is_due`: nothing was said of this mail, so that it is due as soon as the server takes mails again.
    """

    reason: str
    is_due: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """No attempt will succeed. `is_bad_address`: nobody can be written to at this address."""

    reason: str
    is_bad_address: bool = False


@dataclass(frozen=True, slots=True)
class Unanswered:
    """The mail was handed over and no answer came: nobody knows whether the server has it."""

    reason: str


Outcome = Accepted | Deferred | Refused | Unanswered


def retry_at(now: datetime, claim: Claim, outcome: Deferred) -> datetime | None:
    """When a deferred mail is tried again, later each time; None when it was tried for long enough."""
    is_campaign = claim.delivery.kind == "campaign"
    if now - claim.queued_at > (_CAMPAIGN_KEPT_FOR if is_campaign else _KEPT_TRYING_FOR):
        return None
    if outcome.is_due:
        return now
    pause = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2.0 ** min(claim.attempt - 1, 16))
    return now + pause
