"""Cal.com's webhooks of one visitor, of which a test states only what matters."""

from typing import Any
from uuid import UUID

from contracts.booking_token import conversation_token
from tests.support.calendly_payloads import EMAIL, STARTS

HOST = "ae@brightlane.example"
EVENT_TYPE = 1442


class CalcomVisitor:
    """What Cal.com tells of one visitor's bookings, each named by a letter; `place` tells visitors apart."""

    def __init__(
        self, conversation_id: UUID | None = None, secret: bytes = b"", *, email: str = EMAIL, place: str = ""
    ) -> None:
        self._email = email
        self._place = place
        self.metadata: dict[str, Any] = {}
        if conversation_id is not None:
            token = conversation_token(conversation_id, secret)
            self.metadata = {"conversation_id": str(conversation_id), "conversation_token": token}

    def uid(self, name: str) -> str:
        return f"{self._place}{name}"

    def created(self, name: str = "A") -> dict[str, Any]:
        return self.told("BOOKING_CREATED", name)

    def moved(self, name: str = "B", *, instead_of: str = "A") -> dict[str, Any]:
        return self.told("BOOKING_RESCHEDULED", name, rescheduleUid=self.uid(instead_of))

    def canceled(self, name: str = "A", *, by: str = EMAIL) -> dict[str, Any]:
        return self.told("BOOKING_CANCELLED", name, cancelledBy=by, cancellationReason="Will rebook")

    def missed(
        self, name: str = "A", *, no_show: bool = True, at: str = "2026-11-25T18:10"
    ) -> dict[str, Any]:
        payload = {
            "bookingUid": self.uid(name),
            "attendees": [{"email": self._email, "noShow": no_show}],
            "message": "The attendee was marked as no-show",
        }
        return {
            "triggerEvent": "BOOKING_NO_SHOW_UPDATED",
            "createdAt": f"{at}:00.000Z",
            "payload": payload,
        }

    def told(self, trigger: str, name: str = "A", **payload: Any) -> dict[str, Any]:
        """A webhook about one booking."""
        start = STARTS[name].replace(".000000Z", "Z")
        known = {
            "uid": self.uid(name),
            "bookingId": 91,
            "startTime": start,
            "endTime": start.replace(":00Z", ":20Z"),
            "eventTypeId": EVENT_TYPE,
            "attendees": [{"email": self._email, "name": "Dana Ruiz", "timeZone": "America/Los_Angeles"}],
            "organizer": {"email": HOST, "name": "Ada", "timeZone": "Europe/London"},
            "responses": {"email": {"label": "email_address", "value": self._email}},
            "metadata": self.metadata,
            "status": "ACCEPTED",
        }
        return {
            "triggerEvent": trigger,
            "createdAt": "2026-11-20T15:00:00.538Z",
            "payload": known | payload,
        }
