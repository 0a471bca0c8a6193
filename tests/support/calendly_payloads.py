"""Calendly's webhooks of one visitor, of which a test states only what matters."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any
from uuid import UUID

from contracts.booking_token import conversation_token

_SAMPLES = Path(__file__).parents[1] / "samples" / "webhooks"


def sample(name: str) -> dict[str, Any]:
    """A webhook in the provider's own words."""
    body: dict[str, Any] = json.loads((_SAMPLES / f"calendly_{name}.json").read_text())
    return body


_CREATED = sample("invitee_created")
EVENT_TYPE = _CREATED["payload"]["scheduled_event"]["event_type"]
EMAIL = _CREATED["payload"]["email"]
STARTS = {"A": "2026-11-25T18:00:00.000000Z", "B": "2026-11-27T09:30:00.000000Z"}
BOOKED = {"A": "2026-11-20T15:03:44.000000Z", "B": "2026-11-21T10:00:00.000000Z"}


def invitee_uri(name: str, place: str = "EV") -> str:
    return f"https://api.calendly.com/scheduled_events/{place}{name}/invitees/IN{name}"


class Visitor:
    """What Calendly tells of one visitor's bookings, each named by a letter; `place` is where theirs are."""

    def __init__(
        self,
        conversation_id: UUID | None = None,
        secret: bytes = b"",
        *,
        email: str = EMAIL,
        place: str = "EV",
    ) -> None:
        self._email = email
        self._place = place
        self.tracking: dict[str, str | None] = {"utm_content": None, "utm_term": None}
        if conversation_id is not None:
            token = conversation_token(conversation_id, secret)
            self.tracking = {"utm_content": str(conversation_id), "utm_term": token}

    def uri(self, name: str) -> str:
        return invitee_uri(name, self._place)

    def created(self, name: str = "A", *, instead_of: str | None = None) -> dict[str, Any]:
        body = deepcopy(_CREATED)
        payload = body["payload"]
        payload |= {
            "uri": self.uri(name),
            "tracking": self.tracking,
            "created_at": BOOKED[name],
            "email": self._email,
        }
        payload["old_invitee"] = self.uri(instead_of) if instead_of else None
        payload["scheduled_event"]["start_time"] = STARTS[name]
        payload["scheduled_event"]["end_time"] = STARTS[name].replace(":00.", ":20.")
        return body

    def canceled(
        self,
        name: str = "A",
        *,
        moved_to: str | None = None,
        instead_of: str | None = None,
        by: str = "invitee",
    ) -> dict[str, Any]:
        body = self.created(name, instead_of=instead_of)
        body["event"] = "invitee.canceled"
        told = {"canceled_by": "Dana Ruiz", "reason": "Will rebook", "canceler_type": by}
        payload = {"status": "canceled", "rescheduled": moved_to is not None}
        payload |= {"new_invitee": self.uri(moved_to) if moved_to else None}
        body["payload"] |= payload | {"cancellation": told | {"created_at": "2026-11-22T09:00:00.000000Z"}}
        return body

    def missed(
        self, name: str = "A", *, kind: str = "created", at: str = "2026-11-25T18:10"
    ) -> dict[str, Any]:
        payload = {"uri": f"https://api.calendly.com/invitee_no_shows/{name}", "invitee": self.uri(name)}
        return {
            "event": f"invitee_no_show.{kind}",
            "created_at": f"{at}:00.000000Z",
            "created_by": "https://api.calendly.com/users/GBGBDCAADAEDCRZ2",
            "payload": payload | {"created_at": "2026-11-25T18:10:00.000000Z"},
        }
