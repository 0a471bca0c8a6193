"""Values of a mail that came in."""

from typing import Literal

from pydantic import Field

from contracts.text import CleanText
from contracts.values import Value

MailKind = Literal["human_reply", "auto_reply", "bounce", "opt_out", "complaint"]
MailProvider = Literal["sendgrid", "mailgun", "postmark", "ses", "raw"]
# How the conversation of a mail was found: by the reply address, the Message-IDs it names, its sender.
ResolvedBy = Literal["address", "thread", "sender"]


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
