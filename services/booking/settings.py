"""The settings of the booking service, read once in `main`."""

from pydantic import AliasChoices, Field, SecretStr

from chassis.data_keys import DataKeySettings
from chassis.settings import ServiceSettings


class Settings(ServiceSettings, DataKeySettings):
    """Calendly, and the secret that links are signed with.

    Single-use links need `CALENDLY_API_TOKEN` and an event type: `CALENDLY_EVENT_TYPE`, or the one in the
    playbook. Without them the public link is given out. Whoever checks a link's token needs the same
    `BOOKING_SECRET`; without one `SESSION_SECRET` is used.
    """

    booking_secret: SecretStr = Field(
        validation_alias=AliasChoices("booking_secret", "session_secret"), min_length=16
    )
    calendly_api_token: SecretStr | None = None
    calendly_api_url: str = "https://api.calendly.com"
    calendly_event_type: str | None = None
    calendly_timeout_s: float = Field(default=5.0, gt=0)
