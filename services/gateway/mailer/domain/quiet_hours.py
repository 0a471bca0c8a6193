"""The hours at which nobody is written to of our own accord, on the recipient's clock."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_SATURDAY: Final = 5
_MIDNIGHT: Final = time(0, 0)
_FARTHEST: Final = timedelta(days=8)


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From `begins` to `ends`, over midnight where it ends earlier; none where both are the same.

    Args:
        zone: the clock of those whose zone is not known.
    """

    begins: time
    ends: time
    zone: str = "UTC"
    on_weekends: bool = True

    def next_open(self, now: datetime, zone: str | None) -> datetime:
        """`now`, or the first moment after it at which somebody in this zone may be written to."""
        return (
            now if self._is_open(now, zone) else next(self._changes(now, zone, to_open=True), now + _FARTHEST)
        )

    def closes_at(self, now: datetime, zone: str | None) -> datetime:
        """The first moment after `now` at which they may not be written to any more; `now` is open."""
        return next(self._changes(now, zone, to_open=False), now + _FARTHEST)

    def _changes(self, now: datetime, zone: str | None, *, to_open: bool) -> Iterator[datetime]:
        clock = self._clock(zone)
        today = now.astimezone(clock).date()
        for day in (today + timedelta(days=number) for number in range(_FARTHEST.days + 1)):
            for at in sorted({_MIDNIGHT, self.begins, self.ends}):
                moment = _moment(day, at, clock)
                if moment > now and self._is_open(moment, zone) is to_open:
                    yield moment

    def _is_open(self, now: datetime, zone: str | None) -> bool:
        local = now.astimezone(self._clock(zone))
        if self.on_weekends and local.weekday() >= _SATURDAY:
            return False
        at = local.time()
        if self.begins <= self.ends:
            return not self.begins <= at < self.ends
        return self.ends <= at < self.begins

    def _clock(self, zone: str | None) -> ZoneInfo:
        return zone_of(zone) or zone_of(self.zone) or ZoneInfo("UTC")


def zone_of(name: str | None) -> ZoneInfo | None:
    """The zone of an IANA name, None where it names none; strangers send any text."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _moment(day: date, at: time, clock: ZoneInfo) -> datetime:
    """A time on a clock as a moment; one that a change of the clock leaves out is that much later."""
    return datetime.combine(day, at, tzinfo=clock).astimezone(UTC)
