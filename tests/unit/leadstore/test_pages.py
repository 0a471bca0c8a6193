"""Cursors: opaque to the reader, refused unless a page gave them."""

from base64 import urlsafe_b64encode
from uuid import UUID, uuid4

import pytest

from services.leadstore.domain import Position
from services.leadstore.errors import InvalidCursor
from tests.unit.leadstore.builders import NOON

FAR_EAST = urlsafe_b64encode(f"0001-01-01T00:00:00+14:00 {UUID(int=1)}".encode()).decode().rstrip("=")


def test_a_cursor_leads_back_to_its_position() -> None:
    position = Position(NOON, uuid4())

    assert Position.from_cursor(position.to_cursor()) == position


@pytest.mark.parametrize(
    "cursor", ["", "x", "a b", "ä", "MjAyNg", "\x00", "'; DROP TABLE", "AAAA" * 60, FAR_EAST]
)
def test_a_cursor_that_no_page_gave_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidCursor):
        Position.from_cursor(cursor)
