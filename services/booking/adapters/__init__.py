"""The adapters of booking: Calendly and Cal.com, Redis for the links already issued, PostgreSQL for demos."""

from collections.abc import Mapping
from typing import Final

from playbook import Booking
from services.booking.adapters import calcom_notices, calendly_notices
from services.booking.adapters.calendly import Calendly
from services.booking.adapters.issued_links import RedisIssuedLinks
from services.booking.adapters.postgres_demos import PostgresDemoStore
from services.booking.ports import NoticeReader
from services.booking.settings import Settings

__all__ = ["READERS", "Calendly", "PostgresDemoStore", "RedisIssuedLinks", "make_calendar"]

READERS: Final[Mapping[str, NoticeReader]] = {
    calendly_notices.NAME: calendly_notices.CalendlyReader(),
    calcom_notices.NAME: calcom_notices.CalcomReader(),
}


def make_calendar(settings: Settings, booking: Booking) -> Calendly | None:
    """Calendly when there is a token and an event type; open it before use."""
    event_type = settings.calendly_event_type or booking.event_type_uri
    if settings.calendly_api_token is None or event_type is None:
        return None
    return Calendly(
        settings.calendly_api_url,
        token=settings.calendly_api_token.get_secret_value(),
        event_type=event_type,
        timeout_s=settings.calendly_timeout_s,
    )
