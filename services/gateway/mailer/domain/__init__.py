"""What a mail on its way out is, and what the answers of a mail server mean. Pure."""

from services.gateway.mailer.domain.delivery import (
    Accepted,
    Claim,
    Deferred,
    Delivery,
    DeliveryKind,
    DeliveryStatus,
    Outcome,
    Refused,
    SuppressionReason,
    Unanswered,
    retry_at,
)
from services.gateway.mailer.domain.server_replies import outcome_of

__all__ = [
    "Accepted",
    "Claim",
    "Deferred",
    "Delivery",
    "DeliveryKind",
    "DeliveryStatus",
    "Outcome",
    "Refused",
    "SuppressionReason",
    "Unanswered",
    "outcome_of",
    "retry_at",
]
