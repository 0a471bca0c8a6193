"""What mails of campaigns look like."""

from typing import Protocol

from services.gateway.domain import MailPreview, MailTemplates, PreviewQuery


class MailPreviews(Protocol):
    """The mailer, which writes the mails."""

    async def templates(self) -> MailTemplates:
        """The templates and their languages; raises MailerUnavailable."""
        ...

    async def preview(self, asked: PreviewQuery) -> MailPreview:
        """A mail, not sent to anybody.

        Raises:
            QueryRefused: there is no such template.
            MailerUnavailable: no answer.
        """
        ...
