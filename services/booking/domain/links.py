"""The booking link: what it carries, and how it is signed."""

import re
import unicodedata
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from pydantic import BaseModel, ConfigDict

from contracts.booking_token import conversation_token
from contracts.events import BookingRequested
from playbook import TRACKING_MEDIUM, TRACKING_SOURCE
from playbook.claims import visible

MAX_NAME_CHARS = 100
MAX_EMAIL_CHARS = 254
_EMAIL = re.compile(r"[^\s@<>\"(),:;\\]+@[^\s@<>\"(),:;\\]+\.[^\s@<>\"(),:;\\]+")


class Link(BaseModel):
    """Where a demo is booked, without anything about the visitor."""

    model_config = ConfigDict(frozen=True)

    url: str
    single_use: bool


def personalised_url(link: Link, request: BookingRequested, secret: bytes) -> str:
    """The link with what is known of the visitor filled in, and with our tracking parameters.

    Other query parameters of the link are kept.
    """
    ours = {
        "name": readable_name(request.name),
        "email": usable_email(request.contact_email),
        "utm_source": TRACKING_SOURCE,
        "utm_medium": TRACKING_MEDIUM[request.source],
        "utm_content": str(request.conversation_id),
        "utm_term": conversation_token(request.conversation_id, secret),
    }
    if request.campaign:
        ours["utm_campaign"] = request.campaign
    if not is_calendly(link.url):
        # Cal.com, also where a company runs it itself, gives back its own parameters alone.
        ours |= {
            "metadata[conversation_id]": ours["utm_content"],
            "metadata[conversation_token]": ours["utm_term"],
        }
    set_here = {key: value for key, value in ours.items() if value}
    base = urlsplit(link.url)
    kept = [(key, value) for key, value in parse_qsl(base.query, keep_blank_values=True) if key not in ours]
    # Calendly fills a plus sign into the form as it stands, so a space is written as %20.
    query = urlencode([*kept, *set_here.items()], quote_via=quote)
    return base._replace(query=query).geturl()


def is_calendly(url: str) -> bool:
    """Whether Calendly is behind a link."""
    host = urlsplit(url).hostname or ""
    return f".{host}".endswith(".calendly.com")


def readable_name(name: str | None) -> str | None:
    """The name on one line, None when nothing readable is left."""
    shown = "".join(" " if unicodedata.category(sign)[0] == "C" else sign for sign in visible(name or ""))
    return " ".join(shown.split())[:MAX_NAME_CHARS].strip() or None


def usable_email(email: str | None) -> str | None:
    """The address if it is valid: the calendar refuses a form with an invalid one."""
    address = (email or "").strip()
    is_usable = len(address) <= MAX_EMAIL_CHARS and address.isprintable() and _EMAIL.fullmatch(address)
    return address if is_usable else None
