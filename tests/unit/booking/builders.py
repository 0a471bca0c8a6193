"""Valid requests and hand-written fakes, of which a test states only what matters."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

from contracts.cloudevent import CloudEvent, originate
from contracts.events import BookingRequested
from contracts.values import Channel
from playbook import Booking
from services.booking.domain import Link
from services.booking.errors import IssuedLinksUnavailable
from tests.support.playbooks import SHIPPED

BOOKING: Booking = SHIPPED.booking
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
SECRET = b"a secret of at least 16 bytes"
CONVERSATION = UUID("11111111-1111-4111-8111-111111111111")


def a_request(
    *,
    conversation_id: UUID = CONVERSATION,
    source: Channel = "widget",
    name: str | None = "Grace Hopper",
    contact_email: str | None = "grace+demo@example.com",
) -> BookingRequested:
    """A request for a booking link."""
    return BookingRequested(
        conversation_id=conversation_id,
        turn_id=uuid4(),
        source=source,
        name=name,
        contact_email=contact_email,
        tier="starter",
    )


def requested(
    data: BookingRequested, event_id: UUID | None = None, *, time: datetime = NOW
) -> CloudEvent[BookingRequested]:
    """The request as it arrives."""
    return originate(data, event_id=event_id or uuid4(), source="dialogue", time=time)


class InMemoryIssuedLinks:
    """Keeps links until told to be away."""

    def __init__(self) -> None:
        self.links: dict[UUID, Link] = {}
        self.is_away = False

    async def find(self, conversation_id: UUID) -> Link | None:
        self._answer()
        return self.links.get(conversation_id)

    async def save(self, conversation_id: UUID, link: Link) -> None:
        self._answer()
        self.links[conversation_id] = link

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
    """A link the calendar made."""
    return Link(url=f"https://calendly.com/{path}", single_use=True)
