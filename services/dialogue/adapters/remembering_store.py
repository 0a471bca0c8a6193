"""Conversations that this process opened, as it saved them last: their next turn needs no read."""

from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from contracts.values import ErasureReason
from services.dialogue.domain.changes import Change, Loaded, Outcome
from services.dialogue.domain.erasure import Erased
from services.dialogue.ports import ConversationStore

_MOST_REMEMBERED = 1_000


class RememberingStore:
    """A ConversationStore in front of `store`.

    It remembers a conversation as long as every change since its beginning was saved here, so that it knows
    all of its turns. One that another process has changed meanwhile cannot be saved: then it is forgotten,
    and loaded for the next try.
    """

    def __init__(self, store: ConversationStore) -> None:
        self._store = store
        self._remembered: OrderedDict[UUID, Loaded] = OrderedDict()

    async def load(self, conversation_id: UUID, *turn_ids: UUID) -> Loaded:
        """Recall or read a conversation, and what became of those of these turns that are known."""
        if (found := self._remembered.get(conversation_id)) is None:
            return await self._store.load(conversation_id, *turn_ids)
        asked_for = {each: found.outcomes[each] for each in turn_ids if each in found.outcomes}
        return Loaded(found.conversation, found.version, asked_for)

    async def save(self, change: Change) -> None:
        """Write all of `change` or nothing, and remember it."""
        identity = change.conversation.conversation_id
        # Until the write has succeeded nothing is certain.
        before = self._remembered.pop(identity, None)
        await self._store.save(change)
        if change.version == 0:
            before = Loaded(None, 0)
        if before is None or before.version != change.version:
            return
        outcomes: dict[UUID, Outcome] = {**before.outcomes, **dict.fromkeys(change.turn_ids, change.outcome)}
        self._remembered[identity] = Loaded(change.conversation, change.version + 1, outcomes)
        if len(self._remembered) > _MOST_REMEMBERED:
            self._remembered.popitem(last=False)

    async def erase(self, conversation_id: UUID, reason: ErasureReason, at: datetime) -> Erased:
        """Delete a conversation, here as well."""
        self._remembered.pop(conversation_id, None)
        return await self._store.erase(conversation_id, reason, at)

    def forget(self) -> None:
        """Forget all conversations: another process may go on with them."""
        self._remembered.clear()

    async def due(self, now: datetime, limit: int) -> Sequence[UUID]:
        """Conversations whose `wake_at` has passed, the longest waiting first."""
        return await self._store.due(now, limit)
