"""The console's bookings, through the gateway's client and booking's own routes."""

from uuid import uuid4

import pytest

from services.gateway.adapters.booking import BookingClient
from services.gateway.errors import BookingRefused, BookingUnavailable
from tests.support.calendly_payloads import EMAIL
from tests.unit.booking.builders import CONVERSATION
from tests.unit.booking.test_demos import STRANGER, following, kinds, told
from tests.unit.booking.test_operators import served


async def test_bookings_of_nobody_are_read_assigned_and_dismissed() -> None:
    store = await told(STRANGER.created("A"))
    await told(STRANGER.created("B"), store=store)
    async with served(following(store)) as url, BookingClient(url) as bookings:
        first, second = await bookings.unmatched(limit=9)
        assert (first.email, first.provider, first.is_canceled) == (EMAIL, "calendly", False)
        assert len(await bookings.unmatched(limit=1)) == 1

        for _ in range(2):
            await bookings.dismiss(first.demo_id)
            await bookings.assign(second.demo_id, CONVERSATION)
        assert await bookings.unmatched(limit=9) == ()
        with pytest.raises(BookingRefused, match="there is no booking"):
            await bookings.assign(uuid4(), CONVERSATION)
        with pytest.raises(BookingRefused, match="belongs to another conversation"):
            await bookings.assign(second.demo_id, uuid4())
        with pytest.raises(BookingRefused, match="belongs to a conversation"):
            await bookings.dismiss(second.demo_id)
    assert len(kinds(store)) == 1

    async with BookingClient("http://127.0.0.1:9") as away:
        with pytest.raises(BookingUnavailable):
            await away.unmatched(limit=9)
