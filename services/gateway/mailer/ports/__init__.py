"""The ports of the mailer: its outbox of mails, those who get none, and the mail server."""

from collections.abc import Awaitable, Callable, Collection, Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from chassis.clock import Clock
from contracts.cloudevent import CloudEvent, Event
from contracts.events import MailReceived
from contracts.mail import SentMail
from contracts.values import Payers, Stage
from services.gateway.mailer.domain import (
    Claim,
    Delivery,
    DeliveryKind,
    DeliveryStatus,
    Draft,
    Ending,
    FollowUp,
    HeldWords,
    LoopRules,
    MailFacts,
    Noted,
    Outcome,
    SentBefore,
    SuppressionReason,
    ThreadPlace,
)


@dataclass(frozen=True, slots=True)
class Pace:
    """How much may be sent: mails a minute to one domain, and a day of what is no answer."""

    per_domain_a_minute: int
    unanswered_a_day: int


@dataclass(frozen=True, slots=True)
class Backlog:
    """How many mails wait, and how long the oldest answer; `doubtful` may or may not have been sent."""

    waiting: int
    oldest_s: float
    doubtful: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRecord:
    """A mail as an operator sees it, without what it says."""

    delivery_id: UUID
    conversation_id: UUID
    kind: DeliveryKind
    recipient: str
    message_id: str
    status: DeliveryStatus
    is_doubtful: bool
    attempts: int
    queued_at: datetime
    settled_at: datetime | None
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkedMail:
    """A mail that waits for a person to say whether it is to be answered."""

    mail_id: UUID
    turn_id: UUID
    conversation_id: UUID
    sender: str
    subject: str
    text: str
    ending: Ending
    received_at: datetime


class Outbox(Protocol):
    """The mails to send. Many processes share it; each mail is one process's at a time.

    Every method raises DatabaseUnavailable; calling it again is then safe.
    """

    async def add(self, deliveries: Sequence[Delivery]) -> None:
        """Queue mails; one whose id is known already is left as it is."""

    async def hold(self, delivery: Delivery, words: str) -> None:
        """Queue a mail for later, unless more is said before; `words` is it without that more follows."""

    async def held_in(self, conversation_id: UUID) -> HeldWords | None:
        """What is held in a conversation."""

    async def add_instead(self, delivery: Delivery, held: HeldWords) -> bool:
        """Queue a mail that says what was held as well.

        Returns:
            False: what was held is being sent by itself, and nothing was queued.
        """

    async def claim(self, limit: int, pace: Pace) -> Sequence[Claim]:
        """Mails that are due, answers first, for this process to send; not more than the pace allows.

        Of those for one reader in one conversation only the first that was made.
        """

    async def hand_over(self, claim: Claim) -> bool:
        """Note that the end of the mail is written next. After that it counts as sent, whatever happens.

        Returns:
            False: it must not be sent. Somebody else has it, it was erased, or its recipient wants no mails.
        """

    async def settle(self, claim: Claim, outcome: Outcome) -> None:
        """Note how the attempt has ended; without effect when the mail is somebody else's by now."""

    async def keep_claims(self, claims: Sequence[Claim]) -> None:
        """Keep these for another while."""

    async def settle_ended(self, noted: Noted) -> int:
        """Settle what a process that is gone was sending, by what it noted; how many mails are doubtful now.

        Also what was counted as sent meanwhile because nobody knew better.
        """

    async def settle_lost(self) -> int:
        """Count as sent, and mark as doubtful, what processes without a sign of life were handing over.

        Returns:
            How many mails.
        """

    async def backlog(self) -> Backlog:
        """What waits."""

    async def listed(self, *, doubtful: bool, limit: int) -> Sequence[DeliveryRecord]:
        """The newest mails, or those of which nobody knows whether they were sent."""

    async def resend(self, delivery_id: UUID) -> None:
        """Queue a mail once more, under the Message-ID that it has.

        Raises:
            UnknownDelivery: there is none.
            NotDoubtful: it is on its way, or was sent without doubt.
        """

    async def believe(self, delivery_id: UUID) -> None:
        """Note that a doubtful mail was sent.

        Raises:
            UnknownDelivery: there is none.
            NotDoubtful: there is no doubt about it.
        """

    async def recipient_of(self, conversation_id: UUID, number: str) -> str | None:
        """To whom the mail with this number was sent.

        A mail that is not stored any more is taken for one to whom the conversation is held with.
        """

    async def note_arrived(self, message_ids: Collection[str]) -> None:
        """Take the doubt from mails whose recipients, or a mail server, name them."""

    async def has_written_to(self, address: str) -> bool:
        """Whether a mail to this address was sent, or is to be."""

    async def suppress(self, address: str, reason: SuppressionReason) -> None:
        """Send nothing more to this address, also of what is queued; safe to repeat."""

    async def erase(self, conversation_ids: Sequence[UUID]) -> None:
        """Delete the mails of these conversations. Who wants no mails stays known, by a keyed hash."""

    async def forget_old(self, before: datetime) -> None:
        """Delete mails that were settled before then."""


class JournalEntry(Protocol):
    """How far one attempt came."""

    def note_ending(self) -> None:
        """The end of the mail is written next.

        Raises:
            JournalUnavailable: it must not be written.
        """

    def note(self, outcome: Outcome) -> None:
        """How the attempt has ended."""

    def close(self) -> None:
        """The outcome is stored elsewhere."""


class Journal(Protocol):
    """What this process and others on this machine noted of their attempts. It may be lost at any time."""

    def begin(self, claim: Claim) -> JournalEntry | None:
        """An entry for an attempt that begins; None where nothing can be noted."""

    def ended(self) -> Iterator[Noted]:
        """What processes that are gone noted; forgotten once the next one is asked for."""


HandOver = Callable[[], Coroutine[Any, Any, bool]]


class MailServer(Protocol):
    """The server that takes our mails over."""

    async def send(self, delivery: Delivery, hand_over: HandOver) -> Outcome:
        """Make one attempt. `hand_over` is asked just before the end of the mail is written.

        A mail whose hand-over is denied, or fails, is not sent.

        Raises:
            MailServerUnavailable: no mail can be sent now; `hand_over` was not asked.
            TransientError: what `hand_over` raised.
        """


class Threads(Protocol):
    """The mails that came in, and whom conversations by mail are held with.

    Every method raises DatabaseUnavailable; calling it again is then safe.
    """

    async def facts(self, mail: MailReceived) -> MailFacts:
        """What is known of this mail and of the conversation it belongs to."""

    async def keep(self, mail: MailReceived, facts: MailFacts, ending: Ending) -> None:
        """Remember a mail and what becomes of it; a mail that is kept stays as it is."""

    async def parked(self, limit: int) -> Sequence[ParkedMail]:
        """The newest mails that wait for a person."""

    async def release(self, mail_id: UUID) -> ParkedMail:
        """Let a mail be a turn, and its conversation be none of a machine; safe to repeat.

        Raises:
            UnknownDelivery: it is not kept.
            NotParked: it does not wait, and did not.
        """

    async def place_of(self, conversation_id: UUID, turn_ids: Sequence[UUID]) -> ThreadPlace | None:
        """Where an answer to these turns belongs, or without turns what is said unasked.

        Returns:
            None: no mail is to be sent, as the conversation is held elsewhere.
        """

    async def note_identity(self, conversation_id: UUID, address: str) -> None:
        """Remember whose a conversation is, as its website has proven; somebody else's stays theirs."""

    async def is_with_another(self, conversation_id: UUID, address: str) -> bool:
        """Whether a conversation is held by mail, and not with whoever has this address."""

    async def mails_before(self, mail_id: UUID) -> tuple[SentMail, ...]:
        """Mails of campaigns in the conversation of a mail that is kept, since the turn before it."""

    async def note_language(self, conversation_id: UUID, language: str) -> None:
        """Remember the language of a conversation that is held by mail."""

    async def erase(self, conversation_ids: Sequence[UUID]) -> None:
        """Delete all of these conversations."""


Transition = Callable[[FollowUp], FollowUp]
SentBeforeOf = Callable[[str | None], Awaitable[SentBefore]]
Decide = Callable[[FollowUp, SentBeforeOf], Awaitable[tuple[FollowUp, Delivery | None]]]
"""Says what becomes of a mail that is due, and writes it if it goes out."""


class FollowUps(Protocol):
    """The mails to visitors who went silent. Many processes share them; one at a time decides about each.

    Every method raises DatabaseUnavailable; calling it again is then safe.
    """

    async def change(
        self, conversation_id: UUID, transition: Transition, *, begins: bool = False
    ) -> tuple[FollowUp, FollowUp] | None:
        """Note what happened; what was known before, and is now.

        None where nothing is known of the conversation, and it does not begin here.
        """

    async def due(self, limit: int) -> Sequence[UUID]:
        """Conversations whose mail is due."""

    async def oldest_due_s(self) -> float:
        """For how many seconds the oldest has been due; 0 where none is."""

    async def decide(self, conversation_id: UUID, decide: Decide, *, within: timedelta) -> FollowUp | None:
        """Decide about a mail that is due, and queue it with what is noted of it, or neither.

        What was sent before is counted `within` that time. None where it is not due any more, or somebody
        else decides about it.
        """

    async def take_back(self) -> Sequence[FollowUp]:
        """Let mails wait again that could not be sent in time."""

    async def settle(self) -> Mapping[str, int]:
        """Note which of the queued mails have ended; how many by ending."""

    async def erase(self, conversation_ids: Sequence[UUID]) -> None:
        """Delete what is known of these conversations."""

    async def forget_old(self, before: datetime) -> None:
        """Delete what nothing was added to since then."""


@dataclass(frozen=True, slots=True)
class WrittenFollowUp:
    """What a mail to a visitor who went silent says."""

    subject: str
    text: str


class FollowUpWords(Protocol):
    """The words of the mails to visitors who went silent: nothing of what they told is in them."""

    def write(self, conversation_id: UUID, stage: Stage, place: ThreadPlace) -> WrittenFollowUp:
        """In the language of the place, with a link under which the conversation goes on."""


class Progress(Protocol):
    """How far this group of consumers has come, all of its processes together."""

    async def catch_up(self) -> None:
        """Return once everything is handled that was published before now.

        Raises:
            TransientError: it takes too long, or the broker does not tell.
        """


class Composer(Protocol):
    """Writes mails."""

    def compose(self, draft: Draft) -> Delivery:
        """The finished mail. The same draft gives the same Message-ID."""


class Publisher(Protocol):
    """Publishes what came in by mail."""

    async def publish(self, *events: CloudEvent[Event]) -> None:
        """Publish durably; publishing an event again changes nothing.

        Raises:
            TransientError: at least one is not known to be durable.
        """


class PayersOf(Protocol):
    """Whose share of the day's budget the turn of a mail uses up."""

    def __call__(self, mail: MailReceived, *, is_opening: bool) -> Payers:
        """A pseudonym of the sender for a day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailPorts:
    """What mails are taken and answered with. Without a `composer` none is answered."""

    outbox: Outbox
    threads: Threads
    follow_ups: FollowUps
    publisher: Publisher
    composer: Composer | None
    payers: PayersOf
    rules: LoopRules
    clock: Clock
    notice: Callable[[], None] = lambda: None
