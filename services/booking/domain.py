"""The booking link: what it carries, and how it is signed."""

import base64
import hashlib
import hmac
import re
import unicodedata
from urllib.parse import parse_qsl, quote, urlencode, urlsplit
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from contracts.events import BookingRequested
from playbook import TRACKING_MEDIUM, TRACKING_SOURCE
from playbook.claims import visible

LONGEST_NAME = 100
LONGEST_EMAIL = 254
_EMAIL = re.compile(r"[^\s@<>\"(),:;\\]+@[^\s@<>\"(),:;\\]+\.[^\s@<>\"(),:;\\]+")
# 80 bits: nobody guesses it, and in base32 it is exactly 16 letters without padding.
_TOKEN_BYTES = 10


class Link(BaseModel):
    """Where a demo is booked, before it is made out to a visitor."""

    model_config = ConfigDict(frozen=True)

    url: str
    single_use: bool


def addressed(link: Link, request: BookingRequested, secret: bytes) -> str:
    """The link made out to this visitor: filled in where we know something, and traceable to us.

    What the base link already carries stays, except for what is set here.
    """
    ours = {
        "name": readable_name(request.name),
        "email": usable_email(request.contact_email),
        "utm_source": TRACKING_SOURCE,
        "utm_medium": TRACKING_MEDIUM[request.source],
        "utm_content": str(request.conversation_id),
        "utm_term": conversation_token(request.conversation_id, secret),
    }
    set_here = {key: value for key, value in ours.items() if value}
    base = urlsplit(link.url)
    kept = [(key, value) for key, value in parse_qsl(base.query, keep_blank_values=True) if key not in ours]
    # Calendly fills a plus sign into the form as it stands, so a space is written as %20.
    query = urlencode([*kept, *set_here.items()], quote_via=quote)
    return base._replace(query=query).geturl()


def conversation_token(conversation_id: UUID, secret: bytes) -> str:
    """16 letters proving that a link of ours named this conversation: visitors can edit a link.

    The first 80 bits of HMAC-SHA256 over `booking:<conversation id>`, as lower-case base32.
    """
    mac = hmac.new(secret, f"booking:{conversation_id}".encode(), hashlib.sha256).digest()
    return base64.b32encode(mac[:_TOKEN_BYTES]).decode().lower()


def readable_name(name: str | None) -> str | None:
    """The name on one line, None when nothing readable is left."""
    shown = "".join(" " if unicodedata.category(sign)[0] == "C" else sign for sign in visible(name or ""))
    return " ".join(shown.split())[:LONGEST_NAME].strip() or None


def usable_email(email: str | None) -> str | None:
    """The address if it is one; a calendar refuses a form with anything else in it."""
    address = (email or "").strip()
    is_usable = len(address) <= LONGEST_EMAIL and address.isprintable() and _EMAIL.fullmatch(address)
    return address if is_usable else None
