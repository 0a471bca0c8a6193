"""Dialogue's ports as plain objects that a test can look into."""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from chassis.errors import FencedOut
from chassis.postgres import DatabaseUnavailable
from chassis.redis import RedisUnavailable
from contracts.cloudevent import CloudEvent, Event
from contracts.events import TurnReceived
from contracts.leases import Fence
from contracts.reply_stream import FINAL_FRAMES, Done, Failed, Frame, FrameKind, Reset, Text, text_of
from contracts.values import ErasureReason
from playbook import Playbook
from playbook.guard import Finding, UnsureSentence, Verdict
from playbook.reading.meaning import Intent, Understanding
from services.dialogue.domain.changes import Change, Loaded, Outcome, UnsavedChanges
from services.dialogue.domain.conversation import Conversation, Reply
from services.dialogue.domain.erasure import Erased, Mark, erasure_events
from services.dialogue.domain.prompt import PhraseRequest
from services.dialogue.domain.stage_machine import decide
from services.dialogue.errors import SpeakerUnavailable, StaleConversation
from services.dialogue.ports import (
    Edition,
    Judged,
    JudgeRequest,
    ModelTurn,
    OnText,
    OnUnderstood,
    Ports,
    ResultT,
    Translations,
)
from tests.support.editions import OneEdition
from tests.support.playbooks import SHIPPED

BEGINNING = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class StoredTurn:
    conversation_id: UUID
    message: str
    outcome: Outcome


class FakeStore:
    """The ConversationStore port.

    `overtaken` counts saves that another process comes before, `read_only` those that the database refuses.
    """

    def __init__(self, happened: list[str]) -> None:
        self._happened = happened
        self.conversations: dict[UUID, tuple[Conversation, int]] = {}
        self.turns: dict[UUID, StoredTurn] = {}
        self.wake_at: dict[UUID, datetime] = {}
        self.outbox: dict[UUID, CloudEvent[Event]] = {}
        self.erased: dict[UUID, Mark] = {}
        self.overtaken = 0
        self.read_only = 0

    async def load(self, conversation_id: UUID, *turn_ids: UUID) -> Loaded:
        if conversation_id in self.erased:
            return Loaded(None, 1, is_erased=True)
        if conversation_id not in self.conversations:
            return Loaded(None, 0)
        conversation, version = self.conversations[conversation_id]
        outcomes = {
            turn_id: turn.outcome
            for turn_id in turn_ids
            if (turn := self.turns.get(turn_id)) and turn.conversation_id == conversation_id
        }
        return Loaded(conversation, version, outcomes)

    async def save(self, change: Change) -> None:
        if self.read_only:
            self.read_only -= 1
            raise DatabaseUnavailable("read-only")
        identity = change.conversation.conversation_id
        _, version = self.conversations.get(identity, (None, 0))
        if version != change.version or identity in self.erased or self.overtaken:
            self.overtaken = max(0, self.overtaken - 1)
            raise StaleConversation(f"conversation {identity!s} moved on from version {change.version}")
        self.conversations[identity] = (change.conversation, version + 1)
        for message in change.new_turns:
            assert message.turn_id not in self.turns, "a turn is stored once"
            self.turns[message.turn_id] = StoredTurn(identity, message.text, change.outcome)
        for turn_id in change.settled_turn_ids:
            self.turns[turn_id] = StoredTurn(identity, self.turns[turn_id].message, change.outcome)
        for event in change.events:
            self.outbox.setdefault(event.id, event)
        self.wake_at.pop(identity, None)
        if change.wake_at is not None:
            self.wake_at[identity] = change.wake_at
        self._happened.append("saved")

    async def erase(self, conversation_id: UUID, reason: ErasureReason, at: datetime) -> Erased:
        self._happened.append("erase")
        self.wake_at.pop(conversation_id, None)
        if (known := self.erased.get(conversation_id)) is not None:
            return Erased(known, erasure_events(conversation_id, known, at), was_erased=True)
        conversation, _ = self.conversations.pop(conversation_id, (None, 0))
        turn_ids = [each for each, turn in self.turns.items() if turn.conversation_id == conversation_id]
        for turn_id in turn_ids:
            del self.turns[turn_id]
        sequence = conversation.sequence + 1 if conversation else 1
        mark = Mark(reason=reason, sequence=sequence, turn_ids=tuple(turn_ids))
        self.erased[conversation_id] = mark
        return Erased(mark, erasure_events(conversation_id, mark, at), was_erased=False)

    async def due(self, now: datetime, limit: int) -> Sequence[UUID]:
        overdue = [(time, identity) for identity, time in self.wake_at.items() if time <= now]
        return [identity for _, identity in sorted(overdue)][:limit]


class FakeUpkeep:
    """The Upkeep port on a fake store; `expiring` are too old."""

    def __init__(self, store: FakeStore) -> None:
        self._store = store
        self.expiring: list[UUID] = []
        self.forgotten_before: datetime | None = None
        self.is_done_elsewhere = False

    async def not_erased(self, conversation_ids: Sequence[UUID]) -> Sequence[UUID]:
        return [each for each in conversation_ids if each not in self._store.erased]

    async def expired(self, *, lead: datetime | None, other: datetime | None, limit: int) -> Sequence[UUID]:
        return [each for each in self.expiring if each not in self._store.erased][:limit]

    async def forget_turns(self, before: datetime) -> None:
        self.forgotten_before = before

    @asynccontextmanager
    async def only_one(self, _name: str) -> AsyncIterator[bool]:
        yield not self.is_done_elsewhere


class FakeLiveState:
    """The LiveState port; `away` is how often it fails first."""

    def __init__(self, happened: list[str]) -> None:
        self._happened = happened
        self.forgotten: list[UUID] = []
        self.away = 0

    async def forget(
        self, conversation_id: UUID, turn_ids: Sequence[UUID], request_ids: Sequence[UUID]
    ) -> None:
        if self.away:
            self.away -= 1
            raise RedisUnavailable("away")
        self.forgotten += [conversation_id, *turn_ids, *request_ids]
        self._happened.append("forgotten")


class FakeAnnouncer:
    def __init__(self, happened: list[str]) -> None:
        self._happened = happened
        self.published: list[CloudEvent[Event]] = []

    async def publish(self, events: Sequence[CloudEvent[Event]]) -> None:
        self.published.extend(events)
        self._happened.append("published")


class FakeReplyStream:
    """The ReplyStream port: the frames of each turn, as a reader from the beginning finds them.

    `claims` are the leases that people hold, by conversation.
    """

    def __init__(self, happened: list[str] | None = None) -> None:
        self.frames: dict[UUID, list[Frame]] = {}
        self.claims: dict[UUID, FencedOut] = {}
        self._writers: dict[UUID, FakeReplyWriter] = {}
        self.happened: list[str] = [] if happened is None else happened

    def open(self, turn_id: UUID, fence: Fence | None = None) -> "FakeReplyWriter":
        self._writers[turn_id] = FakeReplyWriter(self, turn_id, fence)
        return self._writers[turn_id]

    def go_on(self, turn_id: UUID, fence: Fence | None = None, *, after: str) -> "FakeReplyWriter":
        return FakeReplyWriter(self, turn_id, fence, after=after)

    def fence_out(self, fence: Fence, name: str) -> None:
        self.claims[fence.conversation_id] = FencedOut(fence.number, name)

    async def check(self, fence: Fence) -> None:
        if excluded := self.excluding(fence):
            raise excluded

    def excluding(self, fence: Fence | None) -> FencedOut | None:
        """Why nobody with this fence may write; None while they may."""
        claimed = None if fence is None else self.claims.get(fence.conversation_id)
        return None if claimed is None or fence is None or claimed.fence <= fence.number else claimed

    def pending(self, turn_id: UUID) -> str:
        """The text that is about to be written."""
        return self._writers[turn_id].text

    def writer(self, turn_id: UUID) -> "FakeReplyWriter":
        """The writer that was opened last."""
        return self._writers[turn_id]

    def lose(self, turn_id: UUID) -> None:
        """Forget the stream, as a cache may."""
        self.frames.pop(turn_id, None)

    def shown(self, turn_id: UUID) -> str:
        return shown(self.frames.get(turn_id, []))

    def ends(self, turn_id: UUID) -> list[Frame]:
        return [frame for frame in self.frames.get(turn_id, []) if frame.kind in FINAL_FRAMES]


class FakeReplyWriter:
    """The ReplyWriter port. Appended text waits for the next flush or end, however long that takes."""

    def __init__(
        self, stream: FakeReplyStream, turn_id: UUID, fence: Fence | None = None, *, after: str = ""
    ) -> None:
        self._stream = stream
        self._turn_id = turn_id
        self._fence = fence
        self._after = after
        self._attempt = 0
        self.text = ""
        self.shown = after

    async def append(self, text: str) -> None:
        self.text += text

    async def flush(self) -> None:
        self._write_text()
        self._stream.happened.append("flushed")
        await self._stream.check(self._fence or Fence(UUID(int=0), 0))

    async def run_unless_fenced_out(self, work: Coroutine[Any, Any, ResultT]) -> ResultT:
        result = await work
        await self._stream.check(self._fence or Fence(UUID(int=0), 0))
        return result

    async def replace(self, text: str) -> None:
        self.text = ""
        if self._stream.excluding(self._fence) is None:
            self.shown = text
            self._write(FrameKind.REPLACE, Text(text=text))

    async def finish(self, done: Done) -> None:
        self._fence = None
        self._write_text()
        self._write(FrameKind.DONE, done)

    async def fail(self, failed: Failed) -> None:
        self._fence = None
        self._write_text()
        self._write(FrameKind.ERROR, failed)

    def _write_text(self) -> None:
        if not self.text or self._stream.excluding(self._fence) is not None:
            return
        text, self.text = self.text, ""
        written, self.shown = self._stream.shown(self._turn_id), self.shown + text
        if self._after and self._attempt == 0 and written not in {"", self._after}:
            is_beyond = self.shown.startswith(written)
            self._after = written
            self._write(
                FrameKind.DELTA if is_beyond else FrameKind.REPLACE,
                Text(text=self.shown.removeprefix(written) if is_beyond else self.shown),
            )
        else:
            self._write(FrameKind.DELTA, Text(text=text))

    def _write(self, kind: FrameKind, data: BaseModel) -> None:
        frames = self._stream.frames.setdefault(self._turn_id, [])
        newest, _ = frames[-1].position if frames else (0, 0)
        if self._attempt == 0:
            self._begin(newest)
        elif newest > self._attempt:
            return
        self._add(kind, data)

    def _begin(self, newest: int) -> None:
        if self._after:
            self._attempt = newest or 1
            if not newest:
                self._add(FrameKind.DELTA, Text(text=self._after))
            return
        self._attempt = newest + 1
        if newest:
            self._add(FrameKind.RESET, Reset(attempt=self._attempt))

    def _add(self, kind: FrameKind, data: BaseModel) -> None:
        frames = self._stream.frames[self._turn_id]
        count = Counter(frame.position[0] for frame in frames)[self._attempt] + 1
        frames.append(Frame(f"{self._attempt}-{count}", kind, data.model_dump_json()))


class FakeLeases:
    """The SpeakerLeases port. `left_s` is what is known of the one lease there is."""

    lasts_s = 30.0

    def __init__(self) -> None:
        self.left_s: float | None = 0.0

    async def close(self, _conversation_id: UUID, _fence: int) -> float | None:
        return self.left_s


_ANSWERS = Understanding(intents=(Intent.ANSWER,))


@dataclass(frozen=True, slots=True)
class ModelAnswer:
    """What a model answers: its understanding, the action it chooses, its reply, and what that took."""

    reply: str
    understanding: Understanding = _ANSWERS
    action: str = ""
    input_tokens: int = 100
    output_tokens: int = 20
    cost_usd: float = 0.0

    def as_reply(self, text: str) -> Reply:
        tokens = {"input_tokens": self.input_tokens, "output_tokens": self.output_tokens}
        return Reply(text=text, author="model", model="m", cost_usd=self.cost_usd, **tokens)


class FakeSpeaker:
    """The Speaker port. Gives the next of `answers` word by word; a failure breaks off after `partial`.

    An answer without an action chooses what code takes for a message that tells nothing.
    """

    def __init__(self, *answers: ModelAnswer | SpeakerUnavailable, partial: str = "") -> None:
        self._answers = list(answers)
        self._partial = partial
        self.conversed: list[Conversation] = []
        self.phrased: list[PhraseRequest] = []

    async def converse(
        self, conversation: Conversation, on_understood: OnUnderstood, on_text: OnText
    ) -> ModelTurn:
        self.conversed.append(conversation)
        usual = decide(conversation, _ANSWERS, SHIPPED).key
        answer = self._answers.pop(0)
        if isinstance(answer, SpeakerUnavailable):
            if self._partial:
                await on_understood(_ANSWERS, usual)
                await on_text(self._partial)
            raise answer
        action = answer.action or usual
        goes_on = await on_understood(answer.understanding, action)
        reply = answer.reply if goes_on else ""
        await _stream(reply, on_text)
        return ModelTurn(understanding=answer.understanding, action=action, reply=answer.as_reply(reply))

    async def phrase(self, request: PhraseRequest, on_text: OnText) -> Reply:
        self.phrased.append(request)
        answer = self._answers.pop(0)
        if isinstance(answer, SpeakerUnavailable):
            raise answer
        await _stream(answer.reply, on_text)
        return answer.as_reply(answer.reply)


_CARRIED = Verdict(Finding.CARRIED, ("what_we_do",))


class FakeJudge:
    """The Judge port. Lets everything pass but sentences with one of `refused` in them.

    It answers once `may_answer` is set, with `failure` if there is one, and keeps what it was asked.
    """

    def __init__(
        self, *refused: str, failure: SpeakerUnavailable | None = None, cost_usd: float = 0.0
    ) -> None:
        self._refused = refused
        self._failure = failure
        self._cost_usd = cost_usd
        self.asked: list[JudgeRequest] = []
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def judge(self, request: JudgeRequest) -> Judged:
        self.asked.append(request)
        await self.may_answer.wait()
        if self._failure is not None:
            raise self._failure
        verdicts = tuple(map(self._verdict, request.sentences))
        return Judged(verdicts=verdicts, cost_usd=self._cost_usd)

    def _verdict(self, sentence: UnsureSentence) -> Verdict:
        is_refused = any(words in sentence.text for words in self._refused)
        return Verdict(Finding.NOT_CARRIED) if is_refused else _CARRIED


async def _stream(text: str, on_text: OnText) -> None:
    for word in re.findall(r"\S+\s*", text):
        await on_text(word)


class FakeBurst:
    """The Burst port. Each of `later` comes when somebody waits for it; `waits` are how long that was."""

    def __init__(
        self, *events: CloudEvent[TurnReceived], later: Sequence[CloudEvent[TurnReceived]] = ()
    ) -> None:
        self.events = events
        self._later = list(later)
        self.waits: list[float] = []

    async def grows_within(self, seconds: float) -> bool:
        self.waits.append(seconds)
        if not self._later:
            return False
        self.events = (*self.events, self._later.pop(0))
        return True


@dataclass
class FakeOutside:
    """All ports of dialogue at once; `happened` is the order in which they were used, `now` the time."""

    playbook: Playbook
    speaker: FakeSpeaker | None = None
    judge: FakeJudge | None = field(default_factory=FakeJudge)
    now: datetime = BEGINNING
    holding_after_s: float = 8.0
    silent_after_h: float = 24.0
    burst_quiet_s: float = 0.4
    translations: Translations | None = None
    happened: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.store = FakeStore(self.happened)
        self.live_state = FakeLiveState(self.happened)
        self.upkeep = FakeUpkeep(self.store)
        self.announcer = FakeAnnouncer(self.happened)
        self.replies = FakeReplyStream(self.happened)
        self.leases = FakeLeases()
        self.unsaved = UnsavedChanges()

    def ports(self) -> Ports:
        return Ports(
            store=self.store,
            live_state=self.live_state,
            upkeep=self.upkeep,
            announcer=self.announcer,
            replies=self.replies,
            leases=self.leases,
            playbook=self.playbook,
            editions=OneEdition(self.edition),
            clock=lambda: self.now,
            holding_after_s=self.holding_after_s,
            silent_after_h=self.silent_after_h,
            burst_quiet_s=self.burst_quiet_s,
            unsaved=self.unsaved,
        )

    @property
    def edition(self) -> Edition:
        """What every conversation is told by."""
        speaking = {"speaker": self.speaker, "translations": self.translations, "judge": self.judge}
        return Edition(playbook=self.playbook, **speaking)

    async def due_within_an_hour(self) -> Sequence[UUID]:
        """What is to be looked after before long; that a visitor may be silent is looked at days later."""
        return await self.store.due(self.now + timedelta(hours=1), 10)

    def wait(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def shown(frames: Sequence[Frame]) -> str:
    """The text a visitor sees at the end of these frames."""
    return text_of(frames)
