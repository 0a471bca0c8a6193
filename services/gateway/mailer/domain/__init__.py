"""What becomes of a mail that came in, where in a thread a mail goes out, and how sending it ends. Pure."""

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
from services.gateway.mailer.domain.incoming import (
    Ending,
    LoopRules,
    MailFacts,
    ending_of,
    turn_id_of,
    turn_of,
)
from services.gateway.mailer.domain.outgoing import Draft, ThreadPlace
from services.gateway.mailer.domain.server_replies import outcome_of

__all__ = [
    "Accepted",
    "Claim",
    "Deferred",
    "Delivery",
    "DeliveryKind",
    "DeliveryStatus",
    "Draft",
    "Ending",
    "LoopRules",
    "MailFacts",
    "Outcome",
    "Refused",
    "SuppressionReason",
    "ThreadPlace",
    "Unanswered",
    "ending_of",
    "outcome_of",
    "retry_at",
    "turn_id_of",
    "turn_of",
]
