"""The gateway's ports as plain objects that a test can look into."""

import asyncio
import contextlib
import json
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from uuid import UUID, uuid4

from chassis.errors import TransientError
from chassis.mail import MailTokens
from contracts.cloudevent import CloudEvent, Event
from contracts.erasures import Erasure, ErasureOrder, Person, PersonToErase
from contracts.leases import Lease
from contracts.read_model import FunnelQuery, LeadQuery
from contracts.reply_stream import FINAL_FRAMES, Frame
from services.gateway.adapters.unsubscribing import SignedUnsubscribeLinks
from services.gateway.domain import (
    ConversationUpdate,
    MailPreview,
    MailTemplates,
    OpeningRequest,
    Position,
    PreviewQuery,
    Quota,
    Rate,
    Standing,
)
from services.gateway.errors import ConversationUnknown, LeadstoreUnavailable, MailerUnavailable, QueryRefused
from services.gateway.ports import Ports
from tests.support.booking_fakes import FakeBookings
from tests.support.gateway_player import done, reset

KeyT = TypeVar("KeyT")
ValueT = TypeVar("ValueT")

SECRET = "a secret that is long enough"
CHAT_KEY = "key-that-may-chat"
READ_KEY = "key-that-may-read"
DESK_KEY = "key-that-may-chat-and-read"
EVERY_KEY = "key-that-may-everything"
MANAGE_KEY = "key-that-may-manage"
PRIVACY_KEY = "key-that-may-erase"
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
ERASED_AT = datetime(2026, 3, 2, 9, 29, tzinfo=UTC)
SPEAK_KEY = "key-that-may-speak"


class Away(TransientError):
    """What a fake raises while it is away."""


class FakePublisher:
    def __init__(self) -> None:
        self.published: list[CloudEvent[Event]] = []
        self.is_away = False

    async def publish(self, *events: CloudEvent[Event]) -> None:
        if self.is_away:
            raise Away("kafka")
        self.published.extend(events)


class FakeReplies:
    """The Replies port: streams in a dictionary. A turn nobody scripted is answered with `default_reply`."""

    def __init__(self) -> None:
        self.streams: dict[UUID, list[Frame]] = {}
        self.default_reply: tuple[Frame, ...] = (done("1-1", "Nice to meet you."),)
        self.open: list[FakeReading] = []

    async def listen(
        self, _conversation_id: UUID, turn_id: UUID, after: Position, *, only_the_end: bool
    ) -> "FakeReading":
        self.open.append(FakeReading(self, turn_id, after))
        return self.open[-1]


class FakeReading:
    def __init__(self, replies: FakeReplies, turn_id: UUID, after: Position) -> None:
        self._replies = replies
        self._turn_id = turn_id
        self._after = after
        self._queue: deque[Frame] = deque()
        self._abandoned = asyncio.Event()

    async def catch_up(self) -> bool:
        return self._turn_id in self._replies.streams

    def start_over(self) -> None:
        self._after = (0, 0)
        self._queue.append(reset("0-0", 0))

    async def next(self, timeout_s: float) -> Sequence[Frame]:
        self._queue.extend(
            frame
            for frame in self._replies.streams.get(self._turn_id, self._replies.default_reply)
            if frame.position > self._after or frame.kind in FINAL_FRAMES
        )
        frames = tuple(self._queue)
        self._queue.clear()
        if frames:
            self._after = frames[-1].position
            return frames
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._abandoned.wait(), timeout_s)
        return ()

    def abandon(self) -> None:
        self._abandoned.set()

    def close(self) -> None:
        if self in self._replies.open:
            self._replies.open.remove(self)


class FakeConversationEvents:
    """The ConversationEvents port: a stream says what was scripted for its conversation, and is over.

    Without `ends` it stays open until it is abandoned or closed.
    """

    def __init__(self) -> None:
        self.scripted: dict[UUID, list[ConversationUpdate]] = {}
        self.ends = True
        self.open: list[FakeConversationReading] = []
        self.followers: list[bool] = []
        """Of each that began to follow, whether they are the visitor."""

    async def follow(
        self, conversation_id: UUID, after_sequence: int, *, is_visitor: bool
    ) -> "FakeConversationReading":
        self.followers.append(is_visitor)
        updates = self.scripted.get(conversation_id, [])
        new = [each for each in updates if each.sequence is None or each.sequence > after_sequence]
        self.open.append(FakeConversationReading(self, new))
        return self.open[-1]


class FakeConversationReading:
    def __init__(self, events: FakeConversationEvents, updates: list[ConversationUpdate]) -> None:
        self._events = events
        self._updates = updates
        self.is_over = False

    async def next(self, timeout_s: float) -> Sequence[ConversationUpdate]:
        updates, self._updates = self._updates, []
        if not updates and not self._events.ends:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(asyncio.Event().wait(), timeout_s)
            return ()
        self.is_over = not updates
        return updates

    def abandon(self) -> None:
        self.is_over = True

    def close(self) -> None:
        if self in self._events.open:
            self._events.open.remove(self)


class FakeIdempotencyStore:
    def __init__(self) -> None:
        self.claims: dict[UUID, str] = {}
        self.openings: dict[UUID, OpeningRequest] = {}
        self.sessions: dict[UUID, str] = {}
        self.sequences: dict[UUID, int] = {}
        self.erased: dict[UUID, bool] = {}
        self.taken: dict[str, timedelta] = {}
        self.identities: dict[UUID, str] = {}
        self.conversations: dict[str, UUID] = {}
        self.is_away = False

    async def claim(self, turn_id: UUID, fingerprint: str) -> str | None:
        return self._first(self.claims, turn_id, fingerprint)

    async def claim_opening(self, opening: OpeningRequest) -> OpeningRequest | None:
        return self._first(self.openings, opening.id, opening)

    async def bind_session(self, conversation_id: UUID, session_id: str) -> str:
        return self._first(self.sessions, conversation_id, session_id) or session_id

    async def is_bound(self, conversation_id: UUID) -> bool:
        return conversation_id in self._there(self.sessions)

    async def note_erasing(self, conversation_id: UUID) -> None:
        self._there(self.erased)[conversation_id] = True

    async def is_erased(self, conversation_id: UUID) -> bool:
        return conversation_id in self._there(self.erased)

    async def is_taken(self, delivery_id: str) -> bool:
        return delivery_id in self._there(self.taken)

    async def note_taken(self, delivery_id: str, lasts: timedelta) -> None:
        self._there(self.taken)[delivery_id] = lasts

    async def remember_identity(self, identity: str, conversation_id: UUID) -> None:
        if self._first(self.identities, conversation_id, identity) in {None, identity}:
            self.conversations[identity] = conversation_id

    async def conversation_of(self, identity: str) -> UUID | None:
        return self._there(self.conversations).get(identity)

    async def note_sequence(self, conversation_id: UUID, sequence: int) -> None:
        self._there(self.sequences)[conversation_id] = sequence

    async def latest_sequence(self, conversation_id: UUID) -> int | None:
        return self._there(self.sequences).get(conversation_id)

    def _first(self, kept: dict[UUID, ValueT], key: UUID, value: ValueT) -> ValueT | None:
        """What was kept under the key before; the value is kept when nothing was."""
        earlier = self._there(kept).get(key)
        kept.setdefault(key, value)
        return earlier

    def _there(self, kept: dict[KeyT, ValueT]) -> dict[KeyT, ValueT]:
        if self.is_away:
            raise Away("redis")
        return kept


class FakeRateLimiter:
    """The RateLimiter port: counts for ever, and allows everything until a test sets `allowed`."""

    def __init__(self) -> None:
        self.allowed: dict[str, int] = {}
        self.counted: Counter[tuple[str, str]] = Counter()

    async def hit(self, quotas: Sequence[Quota]) -> Sequence[Standing]:
        standings = [self._standing(quota, rate) for quota in quotas for rate in quota.rates]
        if not any(standing.is_exceeded for standing in standings):
            self.counted.update((quota.policy, quota.subject) for quota in quotas)
        return standings

    def _standing(self, quota: Quota, rate: Rate) -> Standing:
        allowed = self.allowed.get(quota.policy, rate.amount)
        remaining = allowed - self.counted[quota.policy, quota.subject] - 1
        if remaining < 0:
            return Standing(quota.policy, rate, 0, 7.2, is_exceeded=True, is_public=quota.is_public)
        return Standing(quota.policy, rate, remaining, 3.0, is_public=quota.is_public)


class FakePseudonyms:
    async def of(self, network: str) -> str:
        return f"pseudonym of {network}"


class FakeSpeakerLeases:
    """The SpeakerLeases port; `lose` forgets everything, as a cache may."""

    lasts_s = 30.0

    def __init__(self) -> None:
        self._held: dict[UUID, tuple[int, str, str]] = {}
        self._fence = 1_000
        self.is_away = False

    def lose(self) -> None:
        self._held.clear()

    async def claim(
        self, conversation_id: UUID, holder: str, name: str, *, known: Lease | None, above: int
    ) -> Lease:
        self._check()
        if known is not None:
            self._held.setdefault(conversation_id, (known.fence, "", known.name))
        held = self._held.get(conversation_id)
        if held is not None and holder != held[1] and (held[1], name) != ("", held[2]):
            return Lease(held[0], held[2], self.lasts_s, is_own=False)
        self._fence = held[0] if held is not None else max(self._fence, above) + 1
        self._held[conversation_id] = (self._fence, holder, name)
        return Lease(self._fence, name, self.lasts_s)

    async def renew(self, conversation_id: UUID, fence: int) -> bool | None:
        self._check()
        held = self._held.get(conversation_id)
        return None if held is None else held[0] == fence

    async def restore(self, conversation_id: UUID, fence: int, holder: str, name: str) -> bool:
        self._check()
        return self._held.setdefault(conversation_id, (fence, holder, name))[0] == fence

    async def release(self, conversation_id: UUID, fence: int) -> None:
        self._check()
        if self._held.get(conversation_id, (0, "", ""))[0] == fence:
            self._held[conversation_id] = (0, "nobody", "")

    def _check(self) -> None:
        if self.is_away:
            raise Away("redis")


class FakeReadModel:
    """The ReadModel port: documents by conversation, and what was asked for."""

    def __init__(self) -> None:
        self.transcripts: dict[UUID, bytes] = {}
        self.folders: dict[UUID, bytes] = {}
        self.pages: dict[str | None, bytes] = {}
        self.records: dict[UUID, bytes] = {}
        self.refusal_reasons = self.days = b'{"items":[]}'
        self.asked_leads: list[LeadQuery] = []
        self.asked_periods: list[FunnelQuery] = []
        self.withdrawn: list[UUID] = []
        self.asked_sequences: list[int | None] = []
        self.asked_pages: list[tuple[str, int, str | None, str | None]] = []
        self.page = b'{"items":[],"next_cursor":null}'
        self.refused_cursor: str | None = "stale"
        self.is_away = False

    async def conversation(self, conversation_id: UUID, *, after_sequence: int | None) -> bytes:
        self.asked_sequences.append(after_sequence)
        return self._found(self.transcripts, conversation_id)

    async def proposals(self, conversation_id: UUID) -> bytes:
        return self._found(self.folders, conversation_id)

    async def withdraw_proposal_links(self, conversation_id: UUID) -> None:
        self._found(self.folders, conversation_id)
        self.withdrawn.append(conversation_id)

    async def conversations(self, *, limit: int, cursor: str | None) -> bytes:
        return self._page("conversations", limit, cursor)

    async def leads(self, wanted: LeadQuery) -> bytes:
        self.asked_leads.append(wanted)
        return self._page("leads", wanted.limit, wanted.cursor, wanted.status)

    async def hand_overs(self, *, limit: int) -> bytes:
        return self._page("hand-overs", limit)

    async def record(self, conversation_id: UUID) -> bytes:
        return self._found(self.records, conversation_id)

    async def refusals(self) -> bytes:
        self._check()
        return self.refusal_reasons

    async def funnel(self, asked: FunnelQuery) -> bytes:
        self._check()
        self.asked_periods.append(asked)
        return self.days

    async def questions(self, *, limit: int) -> bytes:
        return self._page("questions", limit)

    def _page(self, what: str, limit: int, cursor: str | None = None, status: str | None = None) -> bytes:
        self._check()
        if cursor is not None and cursor == self.refused_cursor:
            raise QueryRefused("Leadstore cannot make sense of the cursor or a filter.")
        self.asked_pages.append((what, limit, cursor, status))
        return self.pages.get(cursor, self.page)

    def _found(self, documents: dict[UUID, bytes], conversation_id: UUID) -> bytes:
        self._check()
        if conversation_id not in documents:
            raise ConversationUnknown("There is no conversation with this id.")
        return documents[conversation_id]

    def _check(self) -> None:
        if self.is_away:
            raise LeadstoreUnavailable("leadstore")


class FakePrivacyRecords:
    """The PrivacyRecords port: what is erased, who gave which address, and what is held of whom.

    What is asked for through `publisher` is erased as soon as somebody waits for it, unless `is_slow`.
    """

    def __init__(self) -> None:
        self.erasures: dict[UUID, Erasure] = {}
        self.addresses: dict[str, tuple[UUID, ...]] = {}
        self.orders: dict[UUID, ErasureOrder] = {}
        self.exported: dict[UUID, bytes] = {}
        self.is_slow = False
        self.is_away = False

    async def erasure(self, conversation_id: UUID, *, waits: bool) -> Erasure | None:
        self._check()
        if waits and not self.is_slow:
            done = Erasure(conversation_id=conversation_id, erased_at=ERASED_AT, deleted={"messages": 4})
            self.erasures.setdefault(conversation_id, done)
        if waits and self.is_slow:
            await asyncio.Event().wait()
        return self.erasures.get(conversation_id)

    async def order_erasure(self, person: PersonToErase) -> ErasureOrder:
        self._check()
        ids = (*self.addresses.get(person.email, ()), *person.conversation_ids)
        order = ErasureOrder(order_id=uuid4(), ordered_at=ERASED_AT, conversation_ids=ids)
        self.orders[order.order_id] = order
        return order

    async def erasure_order(self, order_id: UUID) -> ErasureOrder | None:
        self._check()
        if (order := self.orders.get(order_id)) is None:
            return None
        done = tuple(self.erasures[each] for each in order.conversation_ids if each in self.erasures)
        return order.model_copy(update={"erasures": done})

    async def export(self, conversation_id: UUID) -> bytes:
        self._check()
        if conversation_id not in self.exported:
            raise ConversationUnknown("There is no conversation with this id.")
        return self.exported[conversation_id]

    async def exports(self, person: Person) -> bytes:
        self._check()
        found = [json.loads(self.exported[each]) for each in self.addresses.get(person.email, ())]
        return json.dumps({"exported_at": ERASED_AT.isoformat(), "conversations": found}).encode()

    def _check(self) -> None:
        if self.is_away:
            raise LeadstoreUnavailable("leadstore")


class FakeSns:
    """The SnsService port: holds one certificate, and notes what it was asked."""

    def __init__(self) -> None:
        self.held = b""
        self.asked: list[str] = []
        self.confirmed: list[str] = []

    async def certificate(self, url: str) -> bytes:
        self.asked.append(url)
        return self.held

    async def confirm(self, url: str) -> None:
        self.confirmed.append(url)


class FakeMailPreviews:
    """The MailPreviews port: whoever is looked at is named in every part of the mail."""

    def __init__(self) -> None:
        self.is_away = False

    async def templates(self) -> MailTemplates:
        if self.is_away:
            raise MailerUnavailable("mailer: away")
        return MailTemplates(
            templates=("first_touch", "follow_up"), languages={"en": "English", "de": "Deutsch"}
        )

    async def preview(self, asked: PreviewQuery) -> MailPreview:
        if asked.template not in (await self.templates()).templates:
            raise QueryRefused("There is no such mail.")
        told = f"{asked.first_name} of {asked.company} in {asked.language}"
        return MailPreview(headers=(("Subject", told),), text=f"Text for {told}", html=f"<p>{told}</p>")


class FakeMailRecipients:
    """The MailRecipients port: `written_to` has the conversations by address."""

    def __init__(self) -> None:
        self.written_to: dict[str, tuple[UUID, ...]] = {}
        self.is_away = False

    async def forget(self, person: Person) -> tuple[UUID, ...]:
        if self.is_away:
            raise MailerUnavailable("mailer: away")
        return self.written_to.get(person.email, ())


@dataclass
class FakeOutside:
    """All ports of the gateway at once."""

    publisher: FakePublisher = field(default_factory=FakePublisher)
    replies: FakeReplies = field(default_factory=FakeReplies)
    idempotency_store: FakeIdempotencyStore = field(default_factory=FakeIdempotencyStore)
    rate_limiter: FakeRateLimiter = field(default_factory=FakeRateLimiter)
    pseudonyms: FakePseudonyms = field(default_factory=FakePseudonyms)
    conversation_events: FakeConversationEvents = field(default_factory=FakeConversationEvents)
    leases: FakeSpeakerLeases = field(default_factory=FakeSpeakerLeases)
    read_model: FakeReadModel = field(default_factory=FakeReadModel)
    privacy: FakePrivacyRecords = field(default_factory=FakePrivacyRecords)
    sns: FakeSns = field(default_factory=FakeSns)
    bookings: FakeBookings = field(default_factory=FakeBookings)
    mail_previews: FakeMailPreviews = field(default_factory=FakeMailPreviews)
    mail_recipients: FakeMailRecipients = field(default_factory=FakeMailRecipients)

    def ports(self) -> Ports:
        return Ports(
            publisher=self.publisher,
            replies=self.replies,
            idempotency_store=self.idempotency_store,
            rate_limiter=self.rate_limiter,
            pseudonyms=self.pseudonyms,
            conversation_events=self.conversation_events,
            leases=self.leases,
            read_model=self.read_model,
            privacy=self.privacy,
            sns=self.sns,
            bookings=self.bookings,
            mail_previews=self.mail_previews,
            mail_recipients=self.mail_recipients,
            clock=lambda: NOW,
            unsubscribe_links=SignedUnsubscribeLinks(MailTokens((SECRET,))),
        )
