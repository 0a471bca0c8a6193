"""Where a demo is booked, and which links are the company's own."""

from collections.abc import Mapping
from typing import Final, Self
from urllib.parse import quote, urlencode, urlsplit
from uuid import UUID

from pydantic import Field, field_validator, model_validator

from contracts.values import Channel
from playbook.claims import WebAddress, is_below_any, web_address
from playbook.section import NonEmpty, Section

TRACKING_SOURCE = "salesbot"
TRACKING_MEDIUM: Mapping[Channel, str] = {"widget": "chat", "email": "email", "api": "api", "cli": "cli"}
# On these hosts, and those below them, many companies have their pages; the paths are everybody's.
_SHARED_HOSTS: Mapping[str, tuple[str, ...]] = {
    "calendly.com": ("d", "app", "event_types"),
    "cal.com": ("d",),
    "hubspot.com": ("meetings",),
    "savvycal.com": (),
    "tidycal.com": (),
    "zcal.co": ("i",),
    "koalendar.com": ("e",),
    "oncehub.com": (),
    "appointlet.com": (),
    "doodle.com": ("bp",),
    "acuityscheduling.com": (),
    "zeeg.me": (),
    "calendar.app.google": (),
    "google.com": ("calendar", "calendar/u", "calendar/appointments", "calendar/appointments/schedules"),
    "office.com": ("book", "bookwithme", "bookwithme/user"),
    "office365.com": ("owa", "owa/calendar"),
    "microsoft.com": ("book", "bookwithme", "bookwithme/user"),
    "zoom.us": ("j", "meeting"),
    "linktr.ee": (),
}
# Below which path links that book one demo stand, beside the page of the company they belong to. At Cal.com
# a company can have a host of its own.
_SINGLE_USE_PATH: Final = "d"
_SINGLE_USE_HOSTS: Final = frozenset({"calendly.com", "cal.com"})


class Booking(Section):
    """Where a demo is booked, and below which addresses a link may lead."""

    public_link: NonEmpty
    event_type_uri: str | None = None
    allowed_links: tuple[NonEmpty, ...] = Field(min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _hosts_are_links_now(cls, section: object) -> object:
        if isinstance(section, Mapping) and "allowed_hosts" in section:
            raise ValueError(
                "allowed_hosts is allowed_links: name your own pages, as in https://calendly.com/your-company"
            )
        return section

    @field_validator("allowed_links")
    @classmethod
    def _links_are_our_own(cls, links: tuple[str, ...]) -> tuple[str, ...]:
        for link in links:
            address = web_address(link)
            if address is None:
                raise ValueError(f"{link!r} is not a plain https address, such as https://company.example")
            if is_shared(address):
                raise ValueError(
                    f"many companies share {link!r}: name the path that is yours, as in"
                    f" https://{address.host}/your-company"
                )
        return links

    @model_validator(mode="after")
    def _link_is_allowed(self) -> Self:
        if not self.allows(self.public_link):
            raise ValueError(
                f"public_link {self.public_link!r} is not https below one of {', '.join(self.allowed_links)}"
            )
        return self

    @property
    def single_use_links(self) -> tuple[str, ...]:
        """Below which addresses the links stand that our calendar makes for one demo."""
        hosts = {address.host for link in self.allowed_links if (address := web_address(link))}
        own = sorted(host for host in hosts if host in _SINGLE_USE_HOSTS or host.endswith(".cal.com"))
        return tuple(f"https://{host}/{_SINGLE_USE_PATH}" for host in own)

    def allows(self, url: str) -> bool:
        """Whether a browser that follows `url` comes to a page of ours."""
        return is_below_any(url, self.allowed_links)

    def allows_issued(self, url: str) -> bool:
        """Whether our booking service may have issued `url`.

        A single-use link names no company, so it is taken from the booking service and from nobody else.
        """
        return self.allows(url) or is_below_any(url, self.single_use_links)

    def tracked_public_link(
        self, conversation_id: UUID, source: Channel, *, campaign: str | None = None
    ) -> str:
        """The public link made out to a conversation, without the proof that only booking can give."""
        tracking = {
            "utm_source": TRACKING_SOURCE,
            "utm_medium": TRACKING_MEDIUM[source],
            "utm_content": str(conversation_id),
            **({"utm_campaign": campaign} if campaign else {}),
        }
        link = urlsplit(self.public_link)
        query = "&".join(part for part in (link.query, urlencode(tracking, quote_via=quote)) if part)
        return link._replace(query=query).geturl()


def is_shared(address: WebAddress) -> bool:
    """Whether an address is the page of many companies: a calendar's host, or a path of it that all share."""
    shared = (paths for host, paths in _SHARED_HOSTS.items() if f".{address.host}".endswith(f".{host}"))
    path = "/".join(address.segments)
    return any(path in {"", *paths} for paths in shared)


def own_site(url: str) -> str:
    """Below which address a website's company speaks for itself: its whole host, unless it is shared."""
    address = web_address(url)
    if address is None:
        return url
    host = WebAddress(address.host, ())
    return url if is_shared(host) else f"https://{address.host}"
