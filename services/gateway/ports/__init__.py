"""What the gateway needs from outside."""

from dataclasses import dataclass
from typing import Protocol

from chassis.clock import Clock
from contracts.cloudevent import CloudEvent, Event
from services.gateway.domain import Identity, PendingSignIn, UnsubscribeLink
from services.gateway.ports.bookings import Bookings
from services.gateway.ports.live_state import IdempotencyStore, Pseudonyms, RateLimiter
from services.gateway.ports.mail_previews import MailPreviews
from services.gateway.ports.mail_recipients import MailRecipients
from services.gateway.ports.pages import (
    ConsolePages,
    PageFile,
    Pages,
    ProposalPages,
    UnsubscribePages,
    WidgetFiles,
)
from services.gateway.ports.read_model import Outcomes, PrivacyRecords, ReadModel
from services.gateway.ports.replies import ConversationEvents, ConversationReading, Replies, ReplyReading
from services.gateway.ports.speaker_leases import SpeakerLeases

__all__ = [
    "Bookings",
    "ConsolePages",
    "ConversationEvents",
    "ConversationReading",
    "IdempotencyStore",
    "IdentityProvider",
    "MailPreviews",
    "MailRecipients",
    "Outcomes",
    "PageFile",
    "Pages",
    "Ports",
    "PrivacyRecords",
    "ProposalPages",
    "Pseudonyms",
    "Publisher",
    "RateLimiter",
    "ReadModel",
    "Replies",
    "ReplyReading",
    "SnsService",
    "SpeakerLeases",
    "UnsubscribeLinks",
    "UnsubscribePages",
    "WidgetFiles",
]


class Publisher(Protocol):
    """Hands events on for good."""

    async def publish(self, *events: CloudEvent[Event]) -> None:
        """Return when the events are durable. Safe to repeat: ids are deterministic.

        Raises:
            TransientError: not known to be durable; publish again.
        """
        ...


class UnsubscribeLinks(Protocol):
    """The links below our mails."""

    def read(self, token: str) -> UnsubscribeLink | None:
        """The mail that a token names; None where it is forged or incomplete."""
        ...


class IdentityProvider(Protocol):
    """Vouches for operators who sign in with an account."""

    async def sign_in_url(self, pending: PendingSignIn, redirect_uri: str) -> str:
        """Where a browser goes to sign in; raises IdentityProviderUnavailable."""
        ...

    async def identity(self, code: str, pending: PendingSignIn, redirect_uri: str) -> Identity:
        """Who came back with this code. A code is good for once.

        Raises:
            SignInRefused: the provider does not vouch for them, or its answer is not valid.
            IdentityProviderUnavailable: no answer.
        """
        ...


class SnsService(Protocol):
    """Amazon SNS. No other host is ever asked."""

    async def certificate(self, url: str) -> bytes:
        """The certificate at this address, as PEM.

        Raises:
            SignatureInvalid: there is none, or the address is not one of Amazon SNS.
            SnsUnavailable: no answer.
        """
        ...

    async def confirm(self, url: str) -> None:
        """Confirm the subscription with this address; raises as `certificate` does. Safe to repeat."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """What the use cases work with."""

    publisher: Publisher
    replies: Replies
    idempotency_store: IdempotencyStore
    rate_limiter: RateLimiter
    pseudonyms: Pseudonyms
    conversation_events: ConversationEvents
    leases: SpeakerLeases
    read_model: ReadModel
    bookings: Bookings
    privacy: PrivacyRecords
    sns: SnsService
    mail_previews: MailPreviews
    mail_recipients: MailRecipients
    clock: Clock
    unsubscribe_links: UnsubscribeLinks
    identity_provider: IdentityProvider | None = None
