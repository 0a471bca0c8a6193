"""What dialogue needs from outside, in its own words."""

from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any, Protocol, TypeVar
from uuid import UUID

from chassis.clock import Clock, utc_now
from contracts.cloudevent import CloudEvent, Event
from contracts.events import TurnReceived
from contracts.leases import Fence
from contracts.reply_stream import Done, Failed
from contracts.values import ErasureReason
from playbook import Playbook
from playbook.guard import UnsureSentence, Verdict
from playbook.reading.meaning import Understanding
from services.dialogue.domain.changes import Change, Loaded, UnsavedChanges
from services.dialogue.domain.conversation import Conversation, Reply
from services.dialogue.domain.erasure import Erased
from services.dialogue.domain.language import lacks_words_for
from services.dialogue.domain.prompt import PhraseRequest

ResultT = TypeVar("ResultT")


class Burst(Protocol):
    """Turns of one conversation that came in a row, in their order; more may come."""

    @property
    def events(self) -> Sequence[CloudEvent[TurnReceived]]:
        """The turns so far; one at least."""

    async def grows_within(self, seconds: float) -> bool:
        """Wait for another turn; True as soon as there is one, False when there is none in time."""


class ConversationStore(Protocol):
    """Conversations and their turns, kept for good."""

    async def load(self, conversation_id: UUID, *turn_ids: UUID) -> Loaded:
        """Read a conversation, and what became of those of these turns that are known.

        Raises:
            DatabaseUnavailable: try again.
        """

    async def save(self, change: Change) -> None:
        """Write all of `change` or nothing. The stored version becomes `change.version + 1`.

        Raises:
            StaleConversation: the stored version is not `change.version` any more.
            DatabaseUnavailable: nothing was written; try again.
        """

    async def erase(self, conversation_id: UUID, reason: ErasureReason, at: datetime) -> Erased:
        """Delete everything of a conversation; what is left is a mark that it was erased. Safe to repeat.

        Raises:
            DatabaseUnavailable: nothing was deleted; try again.
        """

    async def due(self, now: datetime, limit: int) -> Sequence[UUID]:
        """Conversations whose `wake_at` has passed, the longest waiting first."""


class Announcer(Protocol):
    """Sends events that are already stored."""

    async def publish(self, events: Sequence[CloudEvent[Event]]) -> None:
        """Send now; what fails is sent later by a sweeper."""


class Upkeep(Protocol):
    """Which conversations are to be erased, and what is old. All of it raises DatabaseUnavailable."""

    async def not_erased(self, conversation_ids: Sequence[UUID]) -> Sequence[UUID]:
        """Those of these that are not known to be erased."""

    async def expired(self, *, lead: datetime | None, other: datetime | None, limit: int) -> Sequence[UUID]:
        """Conversations that were last changed before `lead`, or before `other` where they are no lead.

        A lead is who left an address or a number, was shown a proposal, or was given a link.
        """

    async def forget_turns(self, before: datetime) -> None:
        """Delete the turns that were settled before then."""

    def only_one(self, name: str) -> AbstractAsyncContextManager[bool]:
        """Whether this process alone may do some work, for as long as the block runs."""


class LiveState(Protocol):
    """What is kept of a conversation for minutes or days beside the store, by all services."""

    async def forget(
        self, conversation_id: UUID, turn_ids: Sequence[UUID], request_ids: Sequence[UUID]
    ) -> None:
        """Delete all of it, and note that the conversation was erased. Safe to repeat.

        Raises:
            RedisUnavailable: not known to be deleted; try again.
        """


class ReplyWriter(Protocol):
    """Writes one turn's reply where the visitor's connection reads it. That this is away fails nobody.

    `shown` is what the visitor has read.
    """

    shown: str

    async def append(self, text: str) -> None:
        """Add text; it is sent within tens of milliseconds, together with what follows it closely."""

    async def flush(self) -> None:
        """Send what was appended now, before it is stored or somebody else goes on with this reply.

        Raises:
            FencedOut: a person took over before all of it was shown.
        """

    async def run_unless_fenced_out(self, work: Coroutine[Any, Any, ResultT]) -> ResultT:
        """Run what appends to this reply, until a person takes over: then it is cancelled.

        Raises:
            FencedOut: a person took over.
        """

    async def replace(self, text: str) -> None:
        """Take back all text so far and show this instead."""

    async def finish(self, done: Done) -> None:
        """End the reply; whatever was appended is sent first."""

    async def fail(self, failed: Failed) -> None:
        """End the reply with what the visitor is told instead."""


class ReplyStream(Protocol):
    """Opens the writer of a turn's reply. With a fence it writes until a person takes over."""

    def open(self, turn_id: UUID, fence: Fence | None = None) -> ReplyWriter:
        """A writer for this turn; an earlier attempt's text is taken back when it first writes."""

    def go_on(self, turn_id: UUID, fence: Fence | None = None, *, after: str) -> ReplyWriter:
        """A writer that goes on after the text `after`, which is written again only if it is lost."""

    def fence_out(self, fence: Fence, name: str) -> None:
        """Stop every reply under way that this fence excludes: a person is known to have taken over."""

    async def check(self, fence: Fence) -> None:
        """Return unless a person is known to have taken over.

        Raises:
            FencedOut: one has.
        """


class SpeakerLeases(Protocol):
    """What is known right now of the people who took over."""

    lasts_s: float
    """How long a lease goes on without being renewed."""

    async def close(self, conversation_id: UUID, fence: int) -> float | None:
        """End the lease of a person who is gone; the seconds it still goes on, None when it is not known.

        Raises:
            TransientError: not known.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelTurn:
    """What a language model answered to a turn: what it understood, the action it chose, its reply."""

    understanding: Understanding
    action: str
    reply: Reply


OnText = Callable[[str], Awaitable[None]]
OnUnderstood = Callable[[Understanding, str], Awaitable[bool]]
"""Takes what was understood, and the key of the action the model chose, before the first word of the reply.

True lets the reply be spoken; False ends the call, whose turn then has an empty reply and what it cost.
What it raises ends the call, too, and comes out unchanged. It is called again when the model has to be asked
again before its first word; the last call counts.
"""


class Speaker(Protocol):
    """Understands and speaks with a language model."""

    async def converse(
        self, conversation: Conversation, on_understood: OnUnderstood, on_text: OnText
    ) -> ModelTurn:
        """Answer the newest messages of `conversation` in one call; `on_text` takes the reply as it is made.

        Raises:
            SpeakerUnavailable: no usable answer within the deadline; `on_text` may have had part of one.
        """

    async def phrase(self, request: PhraseRequest, on_text: OnText) -> Reply:
        """Word a reply whose action is decided, in one call.

        Raises:
            SpeakerUnavailable: no usable answer within the deadline; `on_text` may have had part of one.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeRequest:
    """Sentences to be judged together, in whatever language.

    `told` is what the visitor told of their business, by slot. `newest` are the messages that the sentences
    answer: they show what a yes or an apology is about, and prove nothing. `language` is the tag of the talk.
    """

    conversation_id: UUID
    sentences: tuple[UnsureSentence, ...]
    told: Mapping[str, object]
    newest: tuple[str, ...] = ()
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A verdict for each sentence of the request, None where there is none, and what that took."""

    verdicts: tuple[Verdict | None, ...]
    model: str | None = None
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float = 0.0


class Judge(Protocol):
    """Judges whether sentences of a model say more of the company than its facts do."""

    async def judge(self, request: JudgeRequest) -> Judged:
        """Judge sentences in one call; what it costs counts against the caps of the conversation.

        Raises:
            SpeakerUnavailable: no usable answer within the deadline, or a cap is reached.
        """


class Translations(Protocol):
    """The playbook in languages it has no file for."""

    async def playbook_in(self, tag: str, *, waits_for_opening: bool = False) -> Playbook:
        """The playbook, which has the language of a BCP 47 tag if enough of its lines are kept.

        What is missing is translated in the background. With `waits_for_opening` the first words of a
        conversation are waited for, a few seconds at most. Never fails.
        """

    def words_of_a_proposal(self, tag: str) -> Mapping[str, str]:
        """What `playbook_in` last knew of the words that code puts around a proposal, by their digests."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """A playbook with its prompt, and who speaks, translates and judges by them.

    Without a speaker the playbook speaks; without translations it speaks the languages of its files only.
    Without a judge nothing that code is unsure of is shown.
    """

    playbook: Playbook
    speaker: Speaker | None = None
    translations: Translations | None = None
    judge: Judge | None = None


class Editions(Protocol):
    """The editions that conversations began with."""

    async def edition_of(self, conversation_id: UUID, begun: Conversation | None) -> Edition:
        """What a conversation is told by: what it began with, or begins with now; never a withdrawn prompt.

        Raises:
            TransientError, EditionUnreadable: not known here; try again.
        """

    def count(self, change: Change) -> None:
        """Count what was stored for the trial of a prompt, if there is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports(Edition):
    """Everything a use case of dialogue may reach, and the edition of the conversation that was loaded.

    `burst_quiet_s` is how long a message that seems unfinished waits for what follows it.
    """

    store: ConversationStore
    live_state: LiveState
    upkeep: Upkeep
    announcer: Announcer
    replies: ReplyStream
    leases: SpeakerLeases
    editions: Editions
    holding_after_s: float
    silent_after_h: float
    clock: Clock = utc_now
    burst_quiet_s: float = 0.0
    unsaved: UnsavedChanges = field(default_factory=UnsavedChanges)

    async def load(self, conversation_id: UUID, *turn_ids: UUID) -> tuple[Loaded, "Ports"]:
        """What the store has of a conversation, and the ports with the edition that it is told by.

        Raises:
            TransientError, EditionUnreadable: not known here; try again.
        """
        loaded = await self.store.load(conversation_id, *turn_ids)
        edition = await self.editions.edition_of(conversation_id, loaded.conversation)
        parts = {part.name: getattr(edition, part.name) for part in fields(Edition)}
        return loaded, replace(self, **parts)

    async def in_language_of(self, conversation: Conversation, *, waits_for_opening: bool = False) -> "Ports":
        """The ports with a playbook that has the visitor's language, as far as there are words in it."""
        tag = lacks_words_for(conversation, self.playbook)
        if tag is None or self.translations is None:
            return self
        playbook = await self.translations.playbook_in(tag, waits_for_opening=waits_for_opening)
        return replace(self, playbook=playbook)
