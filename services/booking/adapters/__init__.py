"""The adapters of booking: Calendly and Cal.com, Redis for the links already issued, PostgreSQL for demos."""

from collections.abc import Mapping
from typing import Final

from playbook import Booking
from services.booking.adapters import calcom_notices, calendly_notices
from services.booking.adapters.calendly import Calendly
from services.booking.adapters.calendly_api import CalendlyApi
from services.booking.adapters.calendly_records import CalendlyRecords
from services.booking.adapters.issued_links import RedisIssuedLinks
from services.booking.adapters.postgres_demos import PostgresDemoStore
from services.booking.ports import CalendarRecords, NoticeReader
from services.booking.settings import Settings

__all__ = [
    "READERS",
    "Calendly",
    "CalendlyApi",
    "CalendlyRecords",
    "PostgresDemoStore",
    "RedisIssuedLinks",
    "make_calendar",
    "make_calendly",
    "make_records",
]

READERS: Final[Mapping[str, NoticeReader]] = {
    calendly_notices.NAME: calendly_notices.CalendlyReader(),
    calcom_notices.NAME: calcom_notices.CalcomReader(),
}


def make_calendly(settings: Settings) -> CalendlyApi | None:
    """Calendly's API when there is a token; open it before use."""
    if settings.calendly_api_token is None:
        return None
    token = settings.calendly_api_token.get_secret_value()
    return CalendlyApi(settings.calendly_api_url, token=token, timeout_s=settings.calendly_timeout_s)


def make_calendar(api: CalendlyApi | None, settings: Settings, booking: Booking) -> Calendly | None:
    """What makes single-use links, when there is an event type."""
    event_type = settings.calendly_event_type or booking.event_type_uri
    return Calendly(api, event_type=event_type) if api is not None and event_type is not None else None


def make_records(api: CalendlyApi | None, settings: Settings) -> tuple[CalendarRecords, ...]:
    """The calendars whose own records can be read."""
    if api is None:
        return ()
    key = settings.calendly_signing_key
    signing_key = None if key is None else key.get_secret_value()
    return (CalendlyRecords(api, webhook_url=settings.webhook_url(), signing_key=signing_key),)
