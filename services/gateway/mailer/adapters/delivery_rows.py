"""Rows of the outbox as values, and outcomes as what their rows say."""

from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from services.gateway.mailer.domain import (
    Accepted,
    Claim,
    Deferred,
    Delivery,
    Outcome,
    Refused,
    Unanswered,
    retry_at,
)

_GAVE_UP: Final = "given up: "


def claim_of(row: sa.Row[Any]) -> Claim:
    """What a row lets its holder do."""
    mail = Delivery(
        delivery_id=row.delivery_id,
        conversation_id=row.conversation_id,
        kind=row.kind,
        sender=row.sender,
        recipient=row.recipient,
        message_id=row.message_id,
        message=row.message,
        traceparent=row.traceparent,
    )
    return Claim(mail, row.attempts, row.queued_at)


def settled_row(claim: Claim, outcome: Outcome, now: datetime) -> dict[str, Any]:
    """What the row says after the attempt."""
    settled = {"is_doubtful": False, "due_at": None, "settled_at": now}
    match outcome:
        case Accepted(reply):
            return settled | {"status": "sent", "reason": reply}
        case Unanswered(reason):
            return settled | {"status": "sent", "reason": reason, "is_doubtful": True}
        case Refused(reason):
            return settled | {"status": "refused", "reason": reason}
        case Deferred(reason):
            due_at = retry_at(now, claim, outcome)
            if due_at is None:
                return settled | {"status": "refused", "reason": _GAVE_UP + reason}
            return settled | {"status": "waiting", "reason": reason, "due_at": due_at, "settled_at": None}
