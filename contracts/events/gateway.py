"""What the gateway publishes."""

from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime, Field

from contracts.cloudevent import Event
from contracts.mail import (
    CampaignName,
    DeliveryReport,
    MailAttachment,
    MailKind,
    MailProvider,
    ResolvedBy,
    SentMail,
    TemplateName,
)
from contracts.text import CleanDocument, CleanText, EmailAddress
from contracts.values import Channel, Consent, ErasureReason, KnownVisitor, Payers


class TurnReceived(Event):
    """A visitor said something, and it was accepted at the edge.

    Without `payers` an API key or an exempt network vouched for it. `visitor` is there only where the website
    told something new of them. `mails` are ours that the visitor got since their last turn, the oldest first,
    where dialogue did not word them.
    """

    topic: ClassVar[str] = "conversation.turns.v1"

    turn_id: UUID
    message: CleanText = Field(min_length=1, max_length=8_000)
    source: Channel
    payers: Payers | None = None
    visitor: KnownVisitor | None = None
    mails: tuple[SentMail, ...] = ()


class PersonTookOver(Event):
    """A person of the sales team took over a conversation: from now on they speak, and nobody else.

    Of two take-overs the one with the higher `fence` counts. `name` is what the visitor is told.
    """

    topic: ClassVar[str] = "conversation.turns.v1"
    # It holds none of the visitor's words, and is read before it is handled.
    is_sealed: ClassVar[bool] = False

    fence: int = Field(ge=1)
    name: CleanText = Field(min_length=1, max_length=80)


class PersonSpoke(Event):
    """A person said something to the visitor. It counts while the take-over with this `fence` lasts."""

    topic: ClassVar[str] = "conversation.turns.v1"

    message_id: UUID
    fence: int = Field(ge=1)
    message: CleanText = Field(min_length=1, max_length=8_000)


class PersonHandedBack(Event):
    """A person ended the take-over with this `fence`: the assistant goes on."""

    topic: ClassVar[str] = "conversation.turns.v1"

    fence: int = Field(ge=1)


class ErasureRequested(Event):
    """Somebody who may ask for it wants everything of this conversation deleted."""

    topic: ClassVar[str] = "conversation.turns.v1"
    # It holds no words, and may come when there is no key any more.
    is_sealed: ClassVar[bool] = False

    reason: ErasureReason


class FollowUpAllowed(Event):
    """The visitor agreed to be sent one mail where the conversation stops before a demo is booked."""

    topic: ClassVar[str] = "conversation.turns.v1"

    consent: Consent


class FollowUpRevoked(Event):
    """The visitor took that consent back."""

    topic: ClassVar[str] = "conversation.turns.v1"

    source: Channel


class VisitorOptedOut(Event):
    """Whoever this conversation is held with wants no more mails, and said so by mail or below one."""

    topic: ClassVar[str] = "conversation.turns.v1"
    # It holds no words, and may come when there is no key any more.
    is_sealed: ClassVar[bool] = False


class CalendarNotified(Event):
    """The calendar provider told us something about a booking, and its signature was right."""

    topic: ClassVar[str] = "booking.requests.v1"

    provider: CleanText
    notification: CleanDocument


class MailReceived(Event):
    """A mail came in, from where it says or not, and was read; nothing of its attachments is kept.

    `mail_id` is the same for every delivery of the same mail. `conversation_id` is what `resolved_by` says:
    with `sender` it is one that the address alone gives, and there may be a better one. Addresses are in
    lower case; `sender` is None where a mail names none. `reply` is what was written anew, `signature` what
    stands below it, `text` the whole mail with what it quotes; each is cut at its longest length.
    `is_authentic` says that the domain of `sender` vouches for the mail. Where nothing but quoted text was
    found, `reply` is all of it and not certain: nothing in it may become a fact. `returned_message_id` is of
    the mail that a bounce, a complaint or a notice of delivery is about.
    """

    topic: ClassVar[str] = "mail.requests.v1"

    mail_id: UUID
    message_id: CleanText | None = Field(max_length=998)
    in_reply_to: CleanText | None = Field(max_length=998)
    references: tuple[CleanText, ...]
    sender: CleanText | None = Field(max_length=320)
    sender_name: CleanText | None = Field(max_length=200)
    recipients: tuple[CleanText, ...]
    subject: CleanText = Field(max_length=998)
    kind: MailKind
    reply: CleanText = Field(max_length=8_000)
    signature: CleanText = Field(max_length=2_000)
    text: CleanText = Field(max_length=32_000)
    attachments: tuple[MailAttachment, ...]
    reports: tuple[DeliveryReport, ...]
    is_authentic: bool
    resolved_by: ResolvedBy
    provider: MailProvider
    received_at: AwareDatetime
    is_reply_certain: bool = True
    returned_message_id: CleanText | None = Field(default=None, max_length=998)


class MailUnsubscribed(Event):
    """Whoever got a mail of ours wants no more, and pressed the button for it.

    `number` is what distinguishes the mail from others of its conversation; its Message-ID holds it too.
    """

    topic: ClassVar[str] = "mail.requests.v1"

    number: CleanText = Field(pattern=r"^[0-9a-f]{16}$")


class MailRequested(Event):
    """The company wants a mail of a campaign sent to somebody; asked twice, it is the same mail.

    `conversation_id` follows from the campaign and the recipient, and so does the id of the event.
    `first_name` and `company` are the recipient's, as a list of strangers tells them.
    """

    topic: ClassVar[str] = "mail.requests.v1"

    campaign: CampaignName
    template: TemplateName
    recipient: EmailAddress
    language: CleanText | None = Field(default=None, max_length=35)
    first_name: CleanText | None = Field(default=None, max_length=200)
    company: CleanText | None = Field(default=None, max_length=200)
