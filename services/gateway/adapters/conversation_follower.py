"""Conversations as they go on: woken by notices over Redis, read from leadstore for all followers at once.

Without Redis, leadstore is asked every second or two. A follower holds no queue: whoever reads slowly is told
of more only after they took what was there.
"""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Protocol
from uuid import UUID

import structlog
from redis.asyncio import Redis

from chassis import metrics
from chassis.errors import TransientError, describe
from contracts.conversation_changes import (
    MOST_CONVERSATIONS,
    ConversationChange,
    FollowedConversation,
    notice_channel,
)
from services.gateway.adapters.reply_channel import ReplyChannel
from services.gateway.domain import ConversationUpdate, Followed

logger = structlog.get_logger()

# A turn leads to several notices in a row.
_GATHER_S = 0.03
_WITHOUT_NOTICES_S = 1.5
# A notice is lost when leadstore ends between storing and publishing it.
_LOOK_ANYWAY_S = 15.0
_RETRY_AFTER_S = 1.0


class Changes(Protocol):
    """Where changes are read."""

    async def changes(self, followed: Sequence[FollowedConversation]) -> Sequence[ConversationChange]:
        """Those of at most 500 conversations that changed. Raises LeadstoreUnavailable."""
        ...


class ConversationFollower:
    """The ConversationEvents port. `listen_to_redis` and `read_changes` have to run beside it."""

    def __init__(self, redis: Redis, changes: Changes) -> None:
        self._changes = changes
        self._followings: dict[str, set[Following]] = {}
        self._channel = ReplyChannel(redis, on_message=self._on_notice, on_gap=self._on_gap)
        self._is_due = asyncio.Event()
        self._is_away = False
        self._is_ending = False

    async def listen_to_redis(self) -> None:
        """Background work: holds the connection on which notices come, until cancelled."""
        await self._channel.run()

    async def read_changes(self) -> None:
        """Background work: asks leadstore about conversations that may have changed, until cancelled."""
        while True:
            try:
                async with asyncio.timeout(_WITHOUT_NOTICES_S if self._channel.is_away else _LOOK_ANYWAY_S):
                    await self._is_due.wait()
                await asyncio.sleep(_GATHER_S)
            except TimeoutError:
                for following in self._all():
                    following.is_due = True
            self._is_due.clear()
            await self._read_due()

    async def follow(self, conversation_id: UUID, after_sequence: int, *, is_visitor: bool) -> "Following":
        following = Following(self, Followed(conversation_id, after_sequence, is_visitor=is_visitor))
        self._followings.setdefault(following.channel, set()).add(following)
        metrics.CONVERSATION_STREAMS.inc()
        if self._is_ending:
            following.abandon()
        try:
            await self._channel.subscribe(following.channel)
        except BaseException:
            self.forget(following)
            raise
        self.note_due()
        return following

    def end_all(self) -> None:
        """End every stream, also those that begin from now on: the process is about to end."""
        self._is_ending = True
        for following in self._all():
            following.abandon()

    def forget(self, following: "Following") -> None:
        """Pass nothing on any more. Safe to call twice."""
        followings = self._followings.get(following.channel, set())
        if following not in followings:
            return
        followings.discard(following)
        metrics.CONVERSATION_STREAMS.dec()
        if not followings:
            del self._followings[following.channel]
            self._channel.unsubscribe(following.channel)

    def note_due(self) -> None:
        """A follower wants to be told what is new."""
        self._is_due.set()

    def _all(self) -> Iterator["Following"]:
        for followings in list(self._followings.values()):
            yield from followings

    def _on_notice(self, channel: str, _text: str) -> None:
        for following in self._followings.get(channel, ()):
            following.is_due = True
        self.note_due()

    def _on_gap(self, channel: str) -> None:
        self._on_notice(channel, "")

    async def _read_due(self) -> None:
        due: dict[UUID, list[Following]] = {}
        for following in self._all():
            if following.is_due and following.has_room:
                due.setdefault(following.conversation_id, []).append(following)
        ids = list(due)
        for start in range(0, len(ids), MOST_CONVERSATIONS):
            await self._read({each: due[each] for each in ids[start : start + MOST_CONVERSATIONS]})

    async def _read(self, due: dict[UUID, list["Following"]]) -> None:
        followings = [following for each in due.values() for following in each]
        for following in followings:
            # Before it is asked: what changes meanwhile makes it due again.
            following.is_due = False
        try:
            changes = await self._changes.changes([_earliest(each) for each in due.values()])
        except TransientError as error:
            if not self._is_away:
                logger.warning("changes_unavailable", reason=describe(error))
            self._is_away = True
            for following in followings:
                following.is_due = True
            asyncio.get_running_loop().call_later(_RETRY_AFTER_S, self.note_due)
            return
        self._is_away = False
        for change in changes:
            for following in due.get(change.conversation_id, ()):
                following.receive(change)


class Following:
    """The ConversationReading port."""

    def __init__(self, follower: ConversationFollower, followed: Followed) -> None:
        self.channel = notice_channel(followed.conversation_id)
        self.conversation_id = followed.conversation_id
        self.is_due = True
        self._follower = follower
        self._followed = followed
        self._received: ConversationChange | None = None
        self._is_abandoned = False
        self._has_changed = asyncio.Event()

    @property
    def place(self) -> FollowedConversation:
        """How much of the conversation was passed on."""
        return self._followed.place

    @property
    def has_room(self) -> bool:
        """What was received has been taken, so that more may be asked for."""
        return self._received is None

    @property
    def is_over(self) -> bool:
        return self._is_abandoned or self._followed.is_over

    def receive(self, change: ConversationChange) -> None:
        """Take a change that was read for this follower or for another one of the conversation."""
        self._received = change
        self._has_changed.set()

    async def next(self, timeout_s: float) -> Sequence[ConversationUpdate]:
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                while not self.is_over:
                    if updates := self._take():
                        return updates
                    await self._has_changed.wait()
        return ()

    def abandon(self) -> None:
        self._is_abandoned = True
        self._has_changed.set()

    def close(self) -> None:
        self._follower.forget(self)

    def _take(self) -> Sequence[ConversationUpdate]:
        self._has_changed.clear()
        change, self._received = self._received, None
        if change is None:
            return ()
        updates = self._followed.updates_in(change)
        self.is_due = self.is_due or change.has_more
        if self.is_due:
            self._follower.note_due()
        return updates


def _earliest(followings: Sequence[Following]) -> FollowedConversation:
    """What is asked for all followers of a conversation: each leaves out what it has."""
    places = [following.place for following in followings]
    return FollowedConversation(
        conversation_id=places[0].conversation_id,
        version=min(place.version for place in places),
        after_sequence=min(place.after_sequence for place in places),
    )
