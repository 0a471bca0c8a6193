"""The settings of the booking service, read once in `main`."""

from datetime import timedelta

from pydantic import AliasChoices, Field, SecretStr

from chassis.data_keys import DataKeySettings
from chassis.settings import ServiceSettings
from playbook import Booking
from services.booking.domain import CalendarName


class Settings(ServiceSettings, DataKeySettings):
    """The calendars, and the secret that links are signed with.

    Single-use links need `CALENDLY_API_TOKEN` and an event type: `CALENDLY_EVENT_TYPE`, or the one in the
    playbook; or `CALCOM_API_KEY` and `CALCOM_EVENT_TYPE`. Without them the public link is given out. Whoever
    checks a link's token needs the same `BOOKING_SECRET`; without one `SESSION_SECRET` is used.
    """

    booking_secret: SecretStr = Field(
        validation_alias=AliasChoices("booking_secret", "session_secret"), min_length=16
    )
    calendly_api_token: SecretStr | None = None
    calendly_api_url: str = "https://api.calendly.com"
    calendly_event_type: str | None = None
    calendly_timeout_s: float = Field(default=5.0, gt=0)
    calendly_signing_key: SecretStr | None = Field(default=None, min_length=16)
    """What Calendly signs webhooks with; gateway's, too. With `public_url`, a subscription is kept active."""
    public_url: str | None = Field(default=None, pattern=r"^https?://[^\s?#]+$")
    """Where the gateway is reached; gateway's, too."""
    calendar_reconcile_s: float = Field(default=600.0, gt=0)
    """How often the calendar's own records are read for what a lost webhook missed."""
    calcom_api_key: SecretStr | None = None
    calcom_api_url: str = "https://api.cal.com"
    calcom_event_type: str | None = Field(default=None, pattern=r"^[0-9]{1,18}$")
    """The id of the event type whose bookings are demos, and for which links are made."""
    calcom_timeout_s: float = Field(default=5.0, gt=0)
    calcom_secret: SecretStr | None = Field(default=None, min_length=16)
    """What Cal.com signs webhooks with; gateway's, too. With `public_url`, a webhook is kept active."""
    unmatched_booking_days: int = Field(default=90, gt=0)
    """How long a booking is kept of which nobody knows whose it is, after its time."""

    def secret(self) -> bytes:
        """What links are signed with."""
        return self.booking_secret.get_secret_value().encode()

    def event_types(self, booking: Booking) -> frozenset[str] | None:
        """Whose bookings are demos, also without our tracking; None where no event type is set: all are."""
        calendly = self.calendly_event_type or booking.event_type_uri
        return frozenset(each for each in (calendly, self.calcom_event_type) if each) or None

    def webhook_url(self, name: CalendarName) -> str | None:
        """Where a calendar is to tell of bookings; None where nobody said where we are."""
        return f"{self.public_url.rstrip('/')}/webhooks/{name}" if self.public_url else None

    def unmatched_kept(self) -> timedelta:
        """How long a booking of nobody is kept."""
        return timedelta(days=self.unmatched_booking_days)
