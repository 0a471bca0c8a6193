"""The adapters of booking: Calendly and Cal.com, Redis for the links already issued, PostgreSQL for demos."""

from collections.abc import Mapping
from typing import Final

from pydantic import SecretStr

from playbook import Booking
from services.booking.adapters import calcom_notices, calendly_notices
from services.booking.adapters.calcom import Calcom
from services.booking.adapters.calcom_records import CalcomRecords
from services.booking.adapters.calendar_api import CALCOM, CALENDLY, CalendarApi
from services.booking.adapters.calendly import Calendly
from services.booking.adapters.calendly_records import CalendlyRecords
from services.booking.adapters.issued_links import RedisIssuedLinks
from services.booking.adapters.postgres_demos import PostgresDemoStore
from services.booking.domain import CalendarName, is_calendly
from services.booking.ports import Calendar, CalendarRecords, NoticeReader
from services.booking.settings import Settings

__all__ = [
    "CALCOM",
    "CALENDLY",
    "READERS",
    "Calcom",
    "CalcomRecords",
    "CalendarApi",
    "Calendly",
    "CalendlyRecords",
    "PostgresDemoStore",
    "RedisIssuedLinks",
    "make_calendar",
    "make_calendar_apis",
    "make_records",
]

Apis = Mapping[CalendarName, CalendarApi]

READERS: Final[Mapping[str, NoticeReader]] = {
    calendly_notices.NAME: calendly_notices.CalendlyReader(),
    calcom_notices.NAME: calcom_notices.CalcomReader(),
}


def make_calendar_apis(settings: Settings) -> Apis:
    """The APIs for which there is a token; open them before use."""
    apis: dict[CalendarName, CalendarApi] = {}
    if settings.calendly_api_token is not None:
        apis["calendly"] = CalendarApi(
            settings.calendly_api_url,
            CALENDLY,
            token=settings.calendly_api_token.get_secret_value(),
            timeout_s=settings.calendly_timeout_s,
        )
    if settings.calcom_api_key is not None:
        apis["calcom"] = CalendarApi(
            settings.calcom_api_url,
            CALCOM,
            token=settings.calcom_api_key.get_secret_value(),
            timeout_s=settings.calcom_timeout_s,
        )
    return apis


def make_calendar(apis: Apis, settings: Settings, booking: Booking) -> Calendar | None:
    """What makes single-use links where there is an event type; first where the public link leads."""
    calendars: dict[CalendarName, Calendar] = {}
    event_type = settings.calendly_event_type or booking.event_type_uri
    if (calendly := apis.get("calendly")) is not None and event_type is not None:
        calendars["calendly"] = Calendly(calendly, event_type=event_type)
    if (calcom := apis.get("calcom")) is not None and settings.calcom_event_type is not None:
        calendars["calcom"] = Calcom(calcom, event_type=settings.calcom_event_type)
    preferred: CalendarName = "calendly" if is_calendly(booking.public_link) else "calcom"
    return calendars.get(preferred) or next(iter(calendars.values()), None)


def make_records(apis: Apis, settings: Settings) -> tuple[CalendarRecords, ...]:
    """The calendars whose own records can be read."""
    records: list[CalendarRecords] = []
    if (calendly := apis.get("calendly")) is not None:
        key, url = _revealed(settings.calendly_signing_key), settings.webhook_url("calendly")
        records.append(CalendlyRecords(calendly, webhook_url=url, signing_key=key))
    if (calcom := apis.get("calcom")) is not None:
        secret, url = _revealed(settings.calcom_secret), settings.webhook_url("calcom")
        records.append(CalcomRecords(calcom, webhook_url=url, secret=secret))
    return tuple(records)


def _revealed(secret: SecretStr | None) -> str | None:
    return None if secret is None else secret.get_secret_value()
