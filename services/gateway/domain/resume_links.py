"""The link under which a conversation goes on on any device, where it stopped."""

from datetime import timedelta
from uuid import UUID

from chassis.signing import SignedLinks
from contracts.resume_link import RESUME_PURPOSE, resume_place
from services.gateway.errors import ResumeLinkInvalid


class ResumeLinks(SignedLinks):
    """Signs and reads the links; see `SignedLinks` and `contracts.resume_link`."""

    def __init__(self, secrets: tuple[str, ...], *, lasts: timedelta, public_url: str | None = None) -> None:
        super().__init__(
            secrets, purpose=RESUME_PURPOSE, unnamed_salt="resume-link", lasts=lasts, public_url=public_url
        )

    def address(self, conversation_id: UUID, base_url: str) -> str:
        """A fresh link; `base_url` is where the request reached us."""
        return self.below(base_url, resume_place(self.issue(conversation_id)))

    def read(self, token: str) -> UUID:
        """The conversation of a link.

        Raises:
            ResumeLinkInvalid: it is forged, malformed or too old.
        """
        if (content := self.content(token)) is None:
            raise ResumeLinkInvalid("This link is not valid, or has expired.")
        return content[0]
