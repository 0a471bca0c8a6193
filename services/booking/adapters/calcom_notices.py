"""Reads Cal.com's webhooks: https://cal.com/docs/developing/guides/automation/webhooks.

A new time is one webhook, `BOOKING_RESCHEDULED`, which names the booking that it takes the place of.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, ValidationError

from services.booking.domain import Notice
from services.booking.errors import NotificationUnreadable

NAME: Literal["calcom"] = "calcom"
_BOOKED = frozenset({"BOOKING_CREATED", "BOOKING_RESCHEDULED"})
_CANCELED = frozenset({"BOOKING_CANCELLED", "BOOKING_REJECTED"})
_NO_SHOW = "BOOKING_NO_SHOW_UPDATED"
TRIGGERS: Final = (*sorted(_BOOKED | _CANCELED), _NO_SHOW)
"""What is read; of other triggers nothing is."""


class _Read(BaseModel):
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)


class Person(_Read):
    """Somebody who takes part, as the API and webhooks show them."""

    email: str | None = None
    name: str | None = None
    timezone: str | None = Field(default=None, alias="timeZone")


class Metadata(_Read):
    """The parameters of the link that come back; whoever books can make anything of them."""

    conversation_id: Any = None
    conversation_token: Any = None


# Anything but an object is as good as none.
MetadataOrNone = Annotated[
    Metadata | None, BeforeValidator(lambda given: given if isinstance(given, dict | Metadata) else None)
]


class _Attendee(Person):
    no_show: bool = Field(default=False, alias="noShow")


class _Booking(_Read):
    uid: str = Field(min_length=1)
    start_time: AwareDatetime = Field(alias="startTime")
    end_time: AwareDatetime = Field(alias="endTime")
    attendees: tuple[_Attendee, ...] = ()
    organizer: Person = Person()
    metadata: MetadataOrNone = None
    event_type_id: int | None = Field(default=None, alias="eventTypeId")
    reschedule_uid: str | None = Field(default=None, alias="rescheduleUid")
    cancellation_reason: str | None = Field(default=None, alias="cancellationReason")
    cancelled_by: str | None = Field(default=None, alias="cancelledBy")


class _BookingWebhook(_Read):
    created_at: AwareDatetime = Field(alias="createdAt")
    payload: _Booking


class _NoShow(_Read):
    booking_uid: str = Field(alias="bookingUid", min_length=1)
    attendees: tuple[_Attendee, ...] = ()


class _NoShowWebhook(_Read):
    created_at: AwareDatetime = Field(alias="createdAt")
    payload: _NoShow


class CalcomReader:
    """The NoticeReader port on Cal.com's webhooks."""

    def read(self, notification: Mapping[str, JsonValue]) -> Notice | None:
        """What a webhook says of a booking; None for webhooks about something else."""
        trigger = notification.get("triggerEvent")
        try:
            if isinstance(trigger, str) and trigger in _BOOKED | _CANCELED:
                return _of_booking(trigger, _BookingWebhook.model_validate(notification))
            if trigger == _NO_SHOW:
                told = _NoShowWebhook.model_validate(notification)
                return Notice(
                    kind="no_show",
                    provider=NAME,
                    provider_id=told.payload.booking_uid,
                    said_at=told.created_at,
                    is_no_show=any(each.no_show for each in told.payload.attendees),
                )
        except ValidationError as error:
            fields = sorted({str(fault["loc"][-1]) for fault in error.errors() if fault["loc"]})
            raise NotificationUnreadable(f"cal.com's {trigger} lacks {', '.join(fields[:3])}") from None
        return None


def _of_booking(trigger: str, told: _BookingWebhook) -> Notice:
    booking = told.payload
    invitee = booking.attendees[0] if booking.attendees else Person()
    metadata = booking.metadata or Metadata()
    canceled: dict[str, Any] = {}
    if trigger in _CANCELED:
        by = booking.cancelled_by
        is_host = trigger == "BOOKING_REJECTED" or (by is not None and by == booking.organizer.email)
        canceled = {"canceled_by": "host" if is_host else "invitee", "reason": booking.cancellation_reason}
    return Notice(
        kind="canceled" if canceled else "booked",
        provider=NAME,
        provider_id=booking.uid,
        said_at=told.created_at,
        booked_at=None if canceled else told.created_at,
        starts_at=booking.start_time,
        ends_at=booking.end_time,
        email=invitee.email,
        name=invitee.name,
        timezone=invitee.timezone,
        previous_id=booking.reschedule_uid,
        event_type=None if booking.event_type_id is None else str(booking.event_type_id),
        conversation=metadata.conversation_id,
        token=metadata.conversation_token,
        **canceled,
    )
