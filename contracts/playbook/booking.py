"""Where a demo is booked."""

from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from contracts.playbook.section import NonEmpty, Section


class Booking(Section):
    """Where a demo is booked, and which hosts a link may lead to."""

    public_link: NonEmpty
    event_type_uri: str | None = None
    allowed_hosts: tuple[NonEmpty, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _link_is_allowed(self) -> Self:
        if not self.allows(self.public_link):
            raise ValueError(f"public_link {self.public_link!r} is not https on one of {self.allowed_hosts}")
        return self

    def allows(self, url: str) -> bool:
        """Whether `url` is plain https on an allowed host, in a browser's reading as in ours."""
        # Browsers read a backslash as a slash and drop some white space, so a link with either could lead
        # elsewhere than it says; so could one with a user name in front of its host.
        if not url.isprintable() or "\\" in url or " " in url:
            return False
        try:
            link = urlsplit(url)
            is_plain = link.username is None and link.port is None
        except ValueError:
            return False
        return link.scheme == "https" and is_plain and link.hostname in self.allowed_hosts
