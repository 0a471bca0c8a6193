"""Values of mails: of one that came in, and of ours that a turn follows."""

from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints

from contracts.text import CleanText
from contracts.values import Value

MailKind = Literal["human_reply", "auto_reply", "bounce", "opt_out", "complaint"]
MailProvider = Literal["sendgrid", "mailgun", "postmark", "ses", "raw"]
# How the conversation of a mail was found: by the reply address, the Message-IDs it names, its sender.
ResolvedBy = Literal["address", "thread", "sender"]
CampaignName = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[a-z0-9][a-z0-9_-]{0,59}$")]
TemplateName = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[a-z][a-z0-9_]{0,39}$")]
# What mail programs put above a signature (RFC 3676).
_DELIMITER: Final = "\n\n-- \n"


def signed(text: str, signature: str) -> str:
    """A message with the signature below it."""
    return _DELIMITER.join(part for part in (text.strip(), signature.strip()) if part)


def unsigned(message: str) -> str:
    """A message without the signature below it, which tells who somebody is and answers nothing."""
    return message.rpartition(_DELIMITER)[0] or message


class MailAttachment(Value):
    """A file that came with a mail. Its content is not kept."""

    filename: CleanText = Field(max_length=255)
    content_type: CleanText = Field(max_length=127)
    size_bytes: int = Field(ge=0)


class DeliveryReport(Value):
    """What became of a mail to one recipient: of a bounce (RFC 3464) or a complaint (RFC 5965).

    `status` is an enhanced status code such as `5.1.1`. Only a permanent failure says that no mail will ever
    arrive; a complaint is permanent.
    """

    recipient: CleanText = Field(max_length=320)
    status: CleanText | None = Field(max_length=20)
    is_permanent: bool


class SentMail(Value):
    """A mail of ours that the visitor got before a turn, in words of the playbook that dialogue did not say.

    `options` are what it let them choose from by number, each a task for an agent. `campaign` is the one it
    belongs to, if any.
    """

    mail_id: UUID
    text: CleanText = Field(min_length=1, max_length=8_000)
    sent_at: AwareDatetime
    language: CleanText | None = None
    campaign: CampaignName | None = None
    options: tuple[CleanText, ...] = ()
