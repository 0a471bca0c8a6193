"""Valid requests and hand-written fakes, of which a test states only what matters."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from contracts.cloudevent import CloudEvent, originate
from contracts.events import BookingRequested
from services.booking.domain import Link
from services.booking.errors import IssuedLinksUnavailable
from tests.support.playbooks import SHIPPED

BOOKING = SHIPPED.booking
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
SECRET = b"a secret of at least 16 bytes"
CONVERSATION = UUID("11111111-1111-4111-8111-111111111111")


def a_request(**changes: Any) -> BookingRequested:
    known = {"conversation_id": CONVERSATION, "source": "widget", "tier": "starter", "turn_id": uuid4()}
    return BookingRequested(
        **{**known, "name": "Grace Hopper", "contact_email": "grace+demo@example.com", **changes}
    )


def requested(data: BookingRequested, *, time: datetime = NOW) -> CloudEvent[BookingRequested]:
    return originate(data, event_id=uuid4(), source="dialogue", time=time)


class InMemoryIssuedLinks:
    """Keeps links until told to be away, or after the first look where it `forgets`."""

    def __init__(self, *, is_away: bool = False, forgets: bool = False) -> None:
        self.links: dict[UUID, Link] = {}
        self.is_away = is_away
        self._forgets = forgets

    async def find(self, conversation_id: UUID) -> Link | None:
        self._answer()
        self.is_away = self._forgets
        return self.links.get(conversation_id)

    async def save(self, conversation_id: UUID, link: Link) -> None:
        self._answer()
        self.links[conversation_id] = link

    async def forget(self, conversation_id: UUID) -> None:
        self._answer()
        self.links.pop(conversation_id, None)

    def _answer(self) -> None:
        if self.is_away:
            raise IssuedLinksUnavailable("away")


class ScriptedCalendar:
    """Gives a new link each time, or what it was told to give next."""

    def __init__(self, *script: Link | Exception) -> None:
        self.asked = 0
        self._script = list(script)

    async def single_use_link(self) -> Link:
        self.asked += 1
        answer = self._script.pop(0) if self._script else single_use(f"d/{self.asked}")
        if isinstance(answer, Exception):
            raise answer
        return answer


def single_use(path: str) -> Link:
    return Link(url=f"https://calendly.com/{path}", single_use=True)
