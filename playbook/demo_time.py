"""When a demo takes place, in a form that every language reads the same way."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def demo_time(starts_at: datetime, timezone: str | None = None) -> str:
    """Date and time in this zone, in UTC where there is none: `2026-11-25, 10:00 (Europe/Paris)`."""
    try:
        zone = ZoneInfo(timezone) if timezone else None
    # The name comes from a stranger: a path, a directory or nothing at all.
    except (ZoneInfoNotFoundError, ValueError, OSError):
        zone = None
    shown = starts_at.astimezone(zone or UTC)
    return f"{shown:%Y-%m-%d, %H:%M} ({timezone if zone else 'UTC'})"
