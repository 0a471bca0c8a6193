"""What the gateway needs from outside."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from chassis.clock import Clock
from contracts.cloudevent import CloudEvent, Event
from contracts.erasures import Erasure, ErasureOrder, Person
from contracts.proposal_folder import ProposalFolder
from contracts.read_model import FunnelQuery, LeadQuery
from contracts.reply_stream import Frame
from contracts.turn_outcomes import OpenTurn, TurnOutcomes
from services.gateway.domain import (
    ConversationUpdate,
    Identity,
    OpeningRequest,
    Operator,
    PendingSignIn,
    Position,
    Quota,
    Standing,
)
from services.gateway.ports.speaker_leases import SpeakerLeases as SpeakerLeases


class Publisher(Protocol):
    """Hands events on for good."""

    async def publish(self, *events: CloudEvent[Event]) -> None:
        """Return when the events are durable. Safe to repeat: ids are deterministic.

        Raises:
            TransientError: not known to be durable; publish again.
        """
        ...


class ReplyReading(Protocol):
    """One reader of one turn's reply, listening since it exists."""

    async def catch_up(self) -> bool:
        """Queue what is already written beyond the reader's position; False when nothing at all is written.

        Raises:
            TransientError: what is written cannot be read now.
        """
        ...

    def start_over(self) -> None:
        """Have the reader forget what it has, and go back to the beginning."""
        ...

    async def next(self, timeout_s: float) -> Sequence[Frame]:
        """The frames that are new, in order and each once; empty after `timeout_s` or once abandoned."""
        ...

    def abandon(self) -> None:
        """Wake the reader that waits in `next`, because the client is gone."""
        ...

    def close(self) -> None:
        """Stop listening. Safe to call twice."""
        ...


class Replies(Protocol):
    """The reply streams."""

    async def listen(
        self, conversation_id: UUID, turn_id: UUID, after: Position, *, only_the_end: bool
    ) -> ReplyReading:
        """Follow a turn's reply; no frame published after this returns is missed.

        Where the reply cannot be followed while it is written, it comes whole, within about two seconds of
        being stored. With `only_the_end` a reader is spared the frames before the final one, as far as that
        is easy.
        """
        ...


class ConversationReading(Protocol):
    """One follower of a conversation."""

    @property
    def is_over(self) -> bool:
        """Nothing follows: the follower is gone, the conversation was erased, or the process ends."""
        ...

    async def next(self, timeout_s: float) -> Sequence[ConversationUpdate]:
        """What is new, in order; empty after `timeout_s` or when it is over."""
        ...

    def abandon(self) -> None:
        """Wake the follower that waits in `next`, because the client is gone."""
        ...

    def close(self) -> None:
        """Stop following. Safe to call twice."""
        ...


class ConversationEvents(Protocol):
    """What happens in conversations, whoever caused it: replies, late results, bookings, an erasure."""

    async def follow(self, conversation_id: UUID, after_sequence: int) -> ConversationReading:
        """Follow a conversation from behind a reply on; nothing that is stored later is missed.

        Messages of visitors come as well. They have no sequence, so they come again to a follower who comes
        back before they are answered.
        """
        ...


class IdempotencyStore(Protocol):
    """Claims on idempotency keys, the session and the newest sequence of a conversation.

    All of it expires, and may be lost at any time.
    """

    async def claim(self, turn_id: UUID, fingerprint: str) -> str | None:
        """Claim a turn for 24 hours; the fingerprint it was claimed with before, None when it was not.

        Raises:
            TransientError: the store does not answer.
        """
        ...

    async def claim_opening(self, opening: OpeningRequest) -> OpeningRequest | None:
        """Claim an opening for 24 hours; the opening it was claimed with before, None when it was not.

        Raises:
            TransientError: the store does not answer.
        """
        ...

    async def bind_session(self, conversation_id: UUID, session_id: str) -> str:
        """Bind a conversation to a session for as long as a session token lasts, unless it is bound.

        Returns:
            The session that the conversation is bound to.

        Raises:
            TransientError: the store does not answer.
        """
        ...

    async def is_bound(self, conversation_id: UUID) -> bool:
        """Whether a session token of the conversation was used. Raises TransientError."""
        ...

    async def note_erasing(self, conversation_id: UUID) -> None:
        """Note that a conversation is about to be erased, as long as a token of it lasts.

        Raises:
            TransientError: the store does not answer.
        """
        ...

    async def is_erased(self, conversation_id: UUID) -> bool:
        """Whether a conversation was erased, or is about to be. Raises TransientError."""
        ...

    async def note_sequence(self, conversation_id: UUID, sequence: int) -> None:
        """Note how far a conversation was seen to have come. Raises TransientError."""
        ...

    async def latest_sequence(self, conversation_id: UUID) -> int | None:
        """How far a conversation was lately seen to have come. Raises TransientError."""
        ...


class RateLimiter(Protocol):
    """Counts requests."""

    async def hit(self, quotas: Sequence[Quota]) -> Sequence[Standing]:
        """Count a request in all quotas; what is left of each rate of them. Never fails.

        Where one rate is exceeded the others may be missing from the answer. Without its store it counts in
        this process, with less to give.
        """
        ...


class Pseudonyms(Protocol):
    """Names for network addresses that say nothing about them."""

    async def of(self, network: str) -> str:
        """The name of a network on this day (in UTC); another one on every other day. Never fails."""
        ...


class ReadModel(Protocol):
    """Leadstore: JSON documents that are passed on unread, and the one command it takes."""

    async def conversation(self, conversation_id: UUID, *, after_sequence: int | None) -> bytes:
        """A transcript that has at least `after_sequence`, if that comes within about two seconds.

        Raises:
            ConversationUnknown: there is none, or not yet.
            ConversationErased: it was erased.
            LeadstoreUnavailable: no answer.
        """
        ...

    async def proposals(self, conversation_id: UUID) -> bytes:
        """Every revision of a proposal, and what led to it, if one comes within about two seconds.

        Raises:
            ConversationUnknown: there is none.
            LeadstoreUnavailable: no answer.
        """
        ...

    async def withdraw_proposal_links(self, conversation_id: UUID) -> None:
        """Withdraw every link to the proposal issued so far. Idempotent.

        Raises:
            ConversationUnknown: there is none.
            LeadstoreUnavailable: not known to be done; try again.
        """
        ...

    async def conversations(self, *, limit: int, cursor: str | None) -> bytes:
        """A page of conversations, newest first. Raises QueryRefused, LeadstoreUnavailable."""
        ...

    async def leads(self, wanted: LeadQuery) -> bytes:
        """A page of leads, newest first. Raises QueryRefused, LeadstoreUnavailable."""
        ...

    async def hand_overs(self, *, limit: int) -> bytes:
        """Leads that wait for a person, those that wait longest first. Raises LeadstoreUnavailable."""
        ...

    async def record(self, conversation_id: UUID) -> bytes:
        """What the transcript of a lead does not tell.

        Raises:
            ConversationUnknown: there is none.
            LeadstoreUnavailable: no answer.
        """
        ...

    async def refusals(self) -> bytes:
        """Why sentences of a model were not said, most often first. Raises LeadstoreUnavailable."""
        ...

    async def funnel(self, asked: FunnelQuery) -> bytes:
        """The funnel day by day. Raises QueryRefused, LeadstoreUnavailable."""
        ...

    async def questions(self, *, limit: int) -> bytes:
        """Unanswered questions, those asked most often first. Raises LeadstoreUnavailable."""
        ...


class PrivacyRecords(Protocol):
    """What leadstore holds of persons, to hand out or to erase. All of it raises LeadstoreUnavailable."""

    async def erasure(self, conversation_id: UUID, *, waits: bool) -> Erasure | None:
        """The erasure of a conversation, None while there is none; waits up to two seconds for it."""
        ...

    async def order_erasure(self, person: Person) -> ErasureOrder:
        """Note that all conversations of a person are to be erased, and which those are."""
        ...

    async def erasure_order(self, order_id: UUID) -> ErasureOrder | None:
        """What became of an order, None when there is none."""
        ...

    async def export(self, conversation_id: UUID) -> bytes:
        """Everything that is held of a conversation. Raises ConversationUnknown, ConversationErased."""
        ...

    async def exports(self, person: Person) -> bytes:
        """Everything that is held of all conversations of a person."""
        ...


class Outcomes(Protocol):
    """The stored outcomes of turns."""

    async def outcomes(self, turns: Sequence[OpenTurn]) -> TurnOutcomes:
        """Those of at most 500 turns that are known to have ended.

        Raises:
            LeadstoreUnavailable: no answer.
        """
        ...


class ProposalPages(Protocol):
    """The HTML pages of a proposal, and of the reasons why there is none."""

    def show(self, folder: ProposalFolder, revision: int | None) -> str:
        """The proposal in this revision, without a number in its newest.

        Raises:
            ProposalUnknown: there is no such revision.
        """
        ...

    def missing(self) -> str:
        """That the link opens nothing, and what to do."""
        ...

    def away(self) -> str:
        """That the proposal cannot be shown at the moment."""
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


class ConsolePages(Protocol):
    """The HTML pages of the console."""

    def render(self, template: str, *, base: str, operator: Operator | None, **content: object) -> str:
        """A page with its navigation. Everything in `content` is escaped.

        Args:
            template: which page.
            base: the path of the console as browsers see it.
            operator: who is signed in; None on the pages for anybody.
            content: what the page shows.
        """
        ...


@dataclass(frozen=True, slots=True)
class PageFile:
    """One file for a browser, ready to be sent, and the same compressed with gzip."""

    body: bytes
    gzipped: bytes
    media_type: str
    etag: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WidgetFiles:
    """The chat in a browser.

    Attributes:
        panel: its document, in the iframe of a website and as a page of its own.
        assets: what the panel refers to, by names that change with the content.
        loader: the script that a website embeds.
        example: a website that embeds the widget.
    """

    panel: PageFile
    assets: Mapping[str, PageFile]
    loader: PageFile
    example: Mapping[str, PageFile]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """What browsers are sent: files by their names, and what makes HTML."""

    widget: WidgetFiles
    proposal_files: Mapping[str, PageFile]
    proposals: ProposalPages
    console: ConsolePages
    console_files: Mapping[str, PageFile]


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
    privacy: PrivacyRecords
    clock: Clock
    identity_provider: IdentityProvider | None = None
