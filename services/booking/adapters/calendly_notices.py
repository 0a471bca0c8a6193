"""Reads Calendly's webhooks: https://developer.calendly.com/api-docs (Webhook Payload).

A new time is two webhooks in any order: `invitee.canceled` with `rescheduled` and `new_invitee`, and
`invitee.created` with `old_invitee`.
"""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue, ValidationError

from services.booking.domain import Notice
from services.booking.errors import NotificationUnreadable

NAME: Literal["calendly"] = "calendly"
EVENTS = (
    "invitee.created",
    "invitee.canceled",
    "invitee_no_show.created",
    "invitee_no_show.deleted",
)


class _Read(BaseModel):
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)


class ScheduledEvent(_Read):
    """A meeting, as the API and webhooks show one."""

    start_time: AwareDatetime
    end_time: AwareDatetime
    event_type: str | None = None


class _Tracking(_Read):
    """Whoever books can make anything of the parameters of a link."""

    utm_content: Any = None
    utm_term: Any = None


class _Cancellation(_Read):
    canceler_type: str | None = None
    reason: str | None = None
    created_at: AwareDatetime | None = None


class _NoShow(_Read):
    created_at: AwareDatetime | None = None


class Invitee(_Read):
    """An invitee, as the API and webhooks show one."""

    uri: str
    email: str | None = None
    name: str | None = None
    timezone: str | None = None
    created_at: AwareDatetime
    rescheduled: bool = False
    old_invitee: str | None = None
    new_invitee: str | None = None
    tracking: _Tracking | None = None
    cancellation: _Cancellation | None = None
    no_show: _NoShow | None = None
    status: str = "active"


class _WebhookInvitee(Invitee):
    scheduled_event: ScheduledEvent


class _InviteeWebhook(_Read):
    created_at: AwareDatetime
    payload: _WebhookInvitee


class _NoShowPayload(_Read):
    invitee: str = Field(min_length=1)


class _NoShowWebhook(_Read):
    created_at: AwareDatetime
    payload: _NoShowPayload


class CalendlyReader:
    """The NoticeReader port on Calendly's webhooks."""

    def read(self, notification: Mapping[str, JsonValue]) -> Notice | None:
        """What a webhook says of a booking; None for webhooks about something else."""
        kind = notification.get("event")
        if kind not in EVENTS:
            return None
        try:
            if kind in {"invitee.created", "invitee.canceled"}:
                told = _InviteeWebhook.model_validate(notification)
                notice = notice_of(told.payload, told.payload.scheduled_event)
                return notice if kind == "invitee.canceled" else notice.model_copy(update=_NOT_CANCELED)
            about = _NoShowWebhook.model_validate(notification)
            return Notice(
                kind="no_show",
                provider=NAME,
                provider_id=about.payload.invitee,
                said_at=about.created_at,
                is_no_show=kind == "invitee_no_show.created",
            )
        except ValidationError as error:
            raise NotificationUnreadable(f"calendly's {kind} cannot be read: {_where(error)}") from None


# A booking tells of itself alone, also where a later cancellation shows in it already.
_NOT_CANCELED = {"kind": "booked", "is_moved": False, "next_id": None, "canceled_by": None, "reason": None}


def notice_of(invitee: Invitee, scheduled: ScheduledEvent) -> Notice:
    """What an invitee says: canceled where they are, else booked."""
    cancellation = invitee.cancellation or _Cancellation()
    is_canceled = invitee.status == "canceled" or invitee.cancellation is not None
    tracking = invitee.tracking or _Tracking()
    return Notice(
        kind="canceled" if is_canceled else "booked",
        provider=NAME,
        provider_id=invitee.uri,
        said_at=(cancellation.created_at if is_canceled else None) or invitee.created_at,
        booked_at=invitee.created_at,
        starts_at=scheduled.start_time,
        ends_at=scheduled.end_time,
        email=invitee.email,
        name=invitee.name,
        timezone=invitee.timezone,
        previous_id=invitee.old_invitee,
        next_id=invitee.new_invitee,
        is_moved=invitee.rescheduled,
        # Who it was by role: the name is the visitor's, or a colleague's.
        canceled_by=cancellation.canceler_type,
        reason=cancellation.reason,
        event_type=scheduled.event_type,
        conversation=tracking.utm_content,
        token=tracking.utm_term,
    )


def _where(error: ValidationError) -> str:
    """The fields that are wrong, without what stood in them."""
    faults = error.errors(include_url=False, include_context=False, include_input=False)
    return "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['type']}" for fault in faults[:3])
