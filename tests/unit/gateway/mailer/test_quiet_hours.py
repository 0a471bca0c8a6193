"""Nobody is written to at night or on a weekend, on their own clock."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.mailer.domain import QuietHours, zone_of

QUIET = QuietHours(time(20, 0), time(8, 0), "Europe/Berlin")
# A Monday.
MONDAY = datetime(2026, 3, 2, tzinfo=UTC)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment in UTC, `day` days after the Monday."""
    return MONDAY + timedelta(days=day, hours=hour, minutes=minute)


@pytest.mark.parametrize(
    ("now", "zone", "opens"),
    [
        (at(0, 9), "UTC", at(0, 9)),
        (at(0, 20), "UTC", at(1, 8)),
        (at(0, 7, 59), "UTC", at(0, 8)),
        (at(4, 21), "UTC", at(7, 8)),
        (at(5, 12), "UTC", at(7, 8)),
        # It is morning in Tokyo, and late in Los Angeles.
        (at(0, 0), "Asia/Tokyo", at(0, 0)),
        (at(0, 4), "America/Los_Angeles", at(0, 16)),
        # Saturday has begun in Auckland.
        (at(4, 11), "Pacific/Auckland", at(6, 19)),
        # Without a zone, or with one that is none, the company's counts.
        (at(0, 19, 30), None, at(1, 7)),
        (at(0, 19, 30), "../../etc/passwd", at(1, 7)),
        (at(0, 19, 30), "Mars/Olympus", at(1, 7)),
    ],
)
def test_a_mail_waits_for_the_morning_of_a_working_day(
    now: datetime, zone: str | None, opens: datetime
) -> None:
    assert QUIET.next_open(now, zone) == opens


def test_it_has_to_be_sent_before_the_evening() -> None:
    assert QUIET.closes_at(at(0, 9), "UTC") == at(0, 20)
    assert QUIET.closes_at(at(4, 9), "Asia/Tokyo") == at(4, 11)


def test_the_clock_may_be_changed_meanwhile() -> None:
    # On 29 March 2026 clocks in Berlin go from 2 to 3.
    saturday = datetime(2026, 3, 28, 12, 0, tzinfo=UTC)
    assert QUIET.next_open(saturday, None) == datetime(2026, 3, 30, 6, 0, tzinfo=UTC)
    nights = QuietHours(time(22, 0), time(2, 30), "Europe/Berlin", on_weekends=False)
    assert nights.next_open(datetime(2026, 3, 29, 0, 0, tzinfo=UTC), None) == datetime(
        2026, 3, 29, 1, 30, tzinfo=UTC
    )


def test_hours_may_be_quiet_by_day_on_no_weekend_and_never() -> None:
    by_day = QuietHours(time(9, 0), time(17, 0), on_weekends=False)
    assert by_day.next_open(at(5, 12), None) == at(5, 17)
    never = QuietHours(time(0, 0), time(0, 0), on_weekends=False)
    assert never.next_open(at(5, 3), None) == at(5, 3)
    assert never.closes_at(at(5, 3), None) > at(11, 0)


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)),
    st.tuples(st.times(), st.times()),
    st.booleans(),
    st.sampled_from(["UTC", "Asia/Kathmandu", "America/St_Johns", "Pacific/Apia", "Europe/Berlin"]),
)
def test_whatever_the_hours_are_what_is_said_to_be_open_is_open(
    now: datetime, hours: tuple[time, time], on_weekends: bool, zone: str
) -> None:
    quiet = QuietHours(*hours, zone, on_weekends=on_weekends)
    now = now.replace(tzinfo=UTC)
    opens = quiet.next_open(now, None)
    assert opens >= now
    assert quiet.next_open(opens, None) == opens
    closes = quiet.closes_at(opens, None)
    assert closes > opens
    local = opens.astimezone(zone_of(zone))
    assert not (on_weekends and local.weekday() >= 5)


@pytest.mark.parametrize("name", [None, "", "Nowhere", "/etc/localtime", "..", "a" * 5000, "\x00"])
def test_a_zone_that_is_none_is_none(name: str | None) -> None:
    assert zone_of(name) is None
