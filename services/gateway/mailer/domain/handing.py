"""How far an attempt to send a mail came, as far as its process noted before it ended."""

from dataclasses import dataclass
from typing import Literal, TypeAlias
from uuid import UUID

from services.gateway.mailer.domain.delivery import (
    Accepted,
    Deferred,
    DeliveryStatus,
    Outcome,
    Refused,
    Unanswered,
)

Step = Literal["begun", "ending", "sent", "deferred", "refused"]
"""`begun`: the end of the mail is not written. `ending`: it may be. The others: how the server answered."""
AttemptId: TypeAlias = tuple[UUID, int]
"""A delivery, and the number of the attempt."""

_AS_NOTED = "as the mailer noted before it ended"


@dataclass(frozen=True, slots=True)
class Noted:
    """The last step of each attempt that a mailer was making when it ended."""

    holder: UUID
    steps: dict[AttemptId, Step]


def step_after(outcome: Outcome) -> Step:
    """The last step of an attempt that has ended so."""
    match outcome:
        case Accepted():
            return "sent"
        case Deferred():
            return "deferred"
        case Refused():
            return "refused"
        case Unanswered():
            return "ending"


def outcome_of_ended(status: DeliveryStatus, step: Step | None) -> Outcome | None:
    """How an attempt ended whose process is gone; None where what is known of it already is all.

    Only a step that was noted proves that a mail was not sent: without one, whoever counts as having handed
    it over may have done so.
    """
    match step:
        case "sent":
            return Accepted(_AS_NOTED)
        case "refused":
            return Refused(_AS_NOTED)
        case "begun" | "deferred":
            return Deferred(_AS_NOTED, is_due=step == "begun")
    if status == "waiting":
        return Deferred(_AS_NOTED, is_due=True)
    return Unanswered("the mailer ended while it handed the mail over") if status == "handing_over" else None
