"""What the visitor agreed to be sent, and took back. Events may come in any order, and more than once."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from contracts.cloudevent import CloudEvent, Event
from contracts.events import FollowUpAllowed, FollowUpRevoked, VisitorOptedOut
from contracts.values import Value


class ConsentChange(Value):
    """One thing the visitor said of mails that we may send; all of them are kept, as a proof."""

    conversation_id: UUID
    event_id: UUID
    change: Literal["follow_up_allowed", "follow_up_revoked", "opted_out"]
    at: datetime
    email: str | None = None
    wording: str | None = None
    source: str | None = None
    language: str | None = None
    timezone: str | None = None


def consent_change_of(event: CloudEvent[Event]) -> ConsentChange | None:
    """The consent that the event gives or takes back; None when it does neither."""
    of_event = {"conversation_id": event.data.conversation_id, "event_id": event.id, "at": event.time}
    match event.data:
        case FollowUpAllowed(consent=consent):
            return ConsentChange(change="follow_up_allowed", **of_event, **consent.model_dump())
        case FollowUpRevoked(source=source):
            return ConsentChange(change="follow_up_revoked", source=source, **of_event)
        case VisitorOptedOut():
            return ConsentChange(change="opted_out", source="email", **of_event)
        case _:
            return None
