"""What a calendar tells of one booking, in our own words."""

from typing import Literal

from pydantic import AwareDatetime, Field

from contracts.text import CleanText
from contracts.values import Value

CalendarName = Literal["calendly", "calcom"]


class Notice(Value):
    """One thing that a calendar tells. `said_at` is when it became true there.

    `provider_id` names the booking of one visitor; a new time is a new booking, which names the one that it
    takes the place of. `is_moved` says that a cancellation is half of that. `conversation` and `token` are
    the tracking parameters as they came back, which the visitor could have edited.
    """

    kind: Literal["booked", "canceled", "no_show"]
    provider: CalendarName
    provider_id: CleanText = Field(min_length=1, max_length=500)
    said_at: AwareDatetime
    booked_at: AwareDatetime | None = None
    starts_at: AwareDatetime | None = None
    ends_at: AwareDatetime | None = None
    email: CleanText | None = Field(default=None, max_length=320)
    name: CleanText | None = Field(default=None, max_length=500)
    timezone: CleanText | None = Field(default=None, max_length=100)
    previous_id: CleanText | None = Field(default=None, max_length=500)
    next_id: CleanText | None = Field(default=None, max_length=500)
    is_moved: bool = False
    canceled_by: CleanText | None = Field(default=None, max_length=500)
    reason: CleanText | None = Field(default=None, max_length=10_000)
    is_no_show: bool = True
    event_type: CleanText | None = Field(default=None, max_length=500)
    conversation: CleanText | None = None
    token: CleanText | None = None
