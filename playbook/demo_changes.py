"""What becomes of a demo, and how the visitor is told."""

from datetime import UTC, date, datetime
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from contracts.events import DemoBooked, DemoCanceled, DemoNoShow, DemoRescheduled
from contracts.values import Value
from playbook.lines import Lines

DemoEvent = DemoBooked | DemoRescheduled | DemoCanceled | DemoNoShow


class DemoChange(Value):
    """One change of a demo. Without `is_proven` its time is not for whoever talks with us."""

    kind: Literal["booked", "moved", "canceled", "missed"]
    starts_at: datetime | None = None
    timezone: str | None = None
    is_proven: bool = True

    @property
    def is_lost(self) -> bool:
        """Whether another demo is to be booked."""
        return self.kind in {"canceled", "missed"}

    @property
    def is_told(self) -> bool:
        """Whether the visitor is told: that a demo was missed says when it was, which needs a proof."""
        return self.is_proven or self.kind != "missed"

    def told_in(self, lines: Lines) -> str:
        """What the visitor is told."""
        if self.is_lost:
            return lines.demo_canceled if self.kind == "canceled" else lines.demo_missed
        is_moved = self.kind == "moved"
        if not self.is_proven or self.starts_at is None:
            return lines.demo_moved_untimed if is_moved else lines.demo_booked_untimed
        line = lines.demo_moved if is_moved else lines.demo_booked
        return line.format(time=demo_time(self.starts_at, self.timezone))


def change_in(event: DemoEvent) -> DemoChange | None:
    """What changes by an event; nothing where only a mistake of ours is taken back."""
    match event:
        case DemoBooked() | DemoRescheduled():
            return DemoChange(
                kind="booked" if isinstance(event, DemoBooked) else "moved",
                starts_at=event.starts_at,
                timezone=event.timezone,
                is_proven=event.is_proven,
            )
        case DemoCanceled():
            return DemoChange(kind="canceled", is_proven=event.is_proven)
        case DemoNoShow():
            return None if event.is_taken_back else DemoChange(kind="missed", is_proven=event.is_proven)


def demo_time(starts_at: datetime, timezone: str | None = None) -> str:
    """Date and time in this zone, in UTC where there is none: `2026-11-25, 10:00 (Europe/Paris)`."""
    try:
        zone = ZoneInfo(timezone) if timezone else None
        shown = starts_at.astimezone(zone or UTC)
    # The name comes from a stranger: a path, a directory or nothing at all. A zone may also move a time at
    # the edge of the calendar out of it.
    except (ZoneInfoNotFoundError, ValueError, OSError, OverflowError):
        zone, shown = None, starts_at.astimezone(UTC)
    return f"{shown:%Y-%m-%d, %H:%M} ({timezone if zone else 'UTC'})"


def day_of_demo(starts_at: datetime, timezone: str | None = None) -> date:
    """The day as whoever booked in this zone counts it, in UTC where there is none."""
    return date.fromisoformat(demo_time(starts_at, timezone)[:10])
