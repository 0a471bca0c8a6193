"""What a calendar tells of one booking, in our own words."""

from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field

from contracts.text import CleanText
from contracts.values import Value

CalendarName = Literal["calendly", "calcom"]
# Far beyond any meeting, and far from the edges of the calendar, where a time in another zone has no name.
_FIRST = datetime(2000, 1, 1, tzinfo=UTC)
_LAST = datetime(2200, 1, 1, tzinfo=UTC)


def _plausible(at: datetime) -> datetime:
    if not _FIRST <= at <= _LAST:
        raise ValueError("is no time of a meeting")
    return at.astimezone(UTC)


def _cut_to(most_chars: int) -> BeforeValidator:
    return BeforeValidator(lambda text: text[:most_chars] if isinstance(text, str) else text)


def _text_or_none(given: object) -> object:
    return given if isinstance(given, str) else None


Moment = Annotated[AwareDatetime, AfterValidator(_plausible)]
"""When something was or will be, in UTC; a time that no meeting has is refused."""

# What people type is no reason to lose a booking.
_Email = Annotated[CleanText | None, _cut_to(320)]
_Name = Annotated[CleanText | None, _cut_to(500)]
_Reason = Annotated[CleanText | None, _cut_to(10_000)]
# Parameters of a link, which its visitor can edit: into a number, a list, a book.
_Parameter = Annotated[CleanText | None, _cut_to(100), BeforeValidator(_text_or_none)]


class Notice(Value):
    """One thing that a calendar tells. `said_at` is when it became true there.

    `provider_id` names the booking of one visitor; a new time is a new booking, which names the one that it
    takes the place of. `is_moved` says that a cancellation is half of that. `conversation` and `token` are
    the tracking parameters as they came back, which the visitor could have edited.
    """

    kind: Literal["booked", "canceled", "no_show"]
    provider: CalendarName
    provider_id: CleanText = Field(min_length=1, max_length=500)
    said_at: Moment
    booked_at: Moment | None = None
    starts_at: Moment | None = None
    ends_at: Moment | None = None
    email: _Email = None
    name: _Name = None
    timezone: Annotated[CleanText | None, _cut_to(100)] = None
    previous_id: CleanText | None = Field(default=None, max_length=500)
    next_id: CleanText | None = Field(default=None, max_length=500)
    is_moved: bool = False
    canceled_by: Annotated[CleanText | None, _cut_to(500)] = None
    reason: _Reason = None
    is_no_show: bool = True
    event_type: CleanText | None = Field(default=None, max_length=500)
    conversation: _Parameter = None
    token: _Parameter = None
