"""What becomes of a mail that came in, where in a thread a mail goes out, and how sending it ends. Pure."""

from services.gateway.mailer.domain.delivery import (
    Accepted,
    Claim,
    Deferred,
    Delivery,
    DeliveryKind,
    DeliveryStatus,
    HeldWords,
    Outcome,
    Refused,
    SuppressionReason,
    Unanswered,
    retry_at,
)
from services.gateway.mailer.domain.follow_up import (
    FollowUp,
    FollowUpLimits,
    SentBefore,
    StopReason,
    place_of_follow_up,
    reason_against,
)
from services.gateway.mailer.domain.handing import (
    AttemptId,
    Noted,
    Step,
    outcome_of_ended,
    step_after,
)
from services.gateway.mailer.domain.incoming import (
    PARKED,
    Ending,
    LoopRules,
    MailFacts,
    ending_of,
    turn_id_of,
    turn_of,
)
from services.gateway.mailer.domain.outgoing import Draft, ThreadPlace, ascii_domain
from services.gateway.mailer.domain.quiet_hours import QuietHours, zone_of
from services.gateway.mailer.domain.rhythm import Reply
from services.gateway.mailer.domain.server_replies import outcome_of

__all__ = [
    "PARKED",
    "Accepted",
    "AttemptId",
    "Claim",
    "Deferred",
    "Delivery",
    "DeliveryKind",
    "DeliveryStatus",
    "Draft",
    "Ending",
    "FollowUp",
    "FollowUpLimits",
    "HeldWords",
    "LoopRules",
    "MailFacts",
    "Noted",
    "Outcome",
    "QuietHours",
    "Refused",
    "Reply",
    "SentBefore",
    "Step",
    "StopReason",
    "SuppressionReason",
    "ThreadPlace",
    "Unanswered",
    "ascii_domain",
    "ending_of",
    "outcome_of",
    "outcome_of_ended",
    "place_of_follow_up",
    "reason_against",
    "retry_at",
    "step_after",
    "turn_id_of",
    "turn_of",
    "zone_of",
]
