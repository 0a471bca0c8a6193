"""The data keys in this process's memory, as long as the database says that they are not destroyed."""

from collections import OrderedDict
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from chassis.data_keys.data_key import DataKey, DataKeyDestroyed, DataKeyNotLoaded, DataKeyUnknown

KEPT_FOR_S: Final = 45.0
"""How long a key is kept since the database was asked and had it."""
_IDLE_FOR_S: Final = 600.0
_MOST_KEPT: Final = 10_000

Missing = type[DataKeyDestroyed] | type[DataKeyUnknown]
_WHY: Final[dict[Missing, str]] = {
    DataKeyDestroyed: "data key {} was destroyed: its conversation was erased",
    DataKeyUnknown: "data key {} is not stored",
}


@dataclass(slots=True)
class _Kept:
    """A key, or why there is none; until when that is certain, and when it was used last."""

    found: DataKey | Missing
    until_s: float
    used_s: float


class KeyCache:
    """Keys by their id, and the one to encrypt with by conversation.

    Args:
        clock: monotonic seconds.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        # Those that came first stand first, and go first where there are too many.
        self._kept: OrderedDict[UUID, _Kept] = OrderedDict()
        self._by_conversation: dict[UUID, UUID] = {}

    def add(self, key: DataKey) -> None:
        """Keep a key that was just read or made."""
        self._add(key.id, key)
        if key.conversation_id is not None:
            self._by_conversation[key.conversation_id] = key.id

    def add_missing(self, key_id: UUID, why: Missing) -> None:
        """Keep that there is no such key."""
        self._add(key_id, why)

    def has(self, key_id: UUID) -> bool:
        """Whether it is known what became of this key."""
        kept = self._kept.get(key_id)
        return kept is not None and self._clock() < kept.until_s

    def get(self, key_id: UUID) -> DataKey:
        """The key with this id.

        Raises:
            DataKeyDestroyed, DataKeyUnknown: there is none.
            DataKeyNotLoaded: nothing is known of it, or not any more.
        """
        kept = self._kept.get(key_id)
        if kept is None:
            raise DataKeyNotLoaded(f"data key {key_id} is not loaded")
        if isinstance(kept.found, DataKey):
            kept.used_s = self._clock()
            return kept.found
        raise kept.found(_WHY[kept.found].format(key_id))

    def of(self, conversation_id: UUID) -> DataKey | None:
        """The key to encrypt with; None when none is kept."""
        key_id = self._by_conversation.get(conversation_id)
        kept = self._kept.get(key_id) if key_id is not None else None
        if kept is None or self._clock() >= kept.until_s or not isinstance(kept.found, DataKey):
            return None
        kept.used_s = self._clock()
        return kept.found

    def key_ids(self) -> list[UUID]:
        """The keys whose state has to be asked for."""
        return [key_id for key_id, kept in self._kept.items() if isinstance(kept.found, DataKey)]

    def confirm(self, asked: Iterable[UUID], alive: Container[UUID], *, at_s: float) -> None:
        """Keep those on that are alive, drop the others.

        Args:
            at_s: the time before the database was asked.
        """
        for key_id in asked:
            kept = self._kept.get(key_id)
            if kept is not None and key_id in alive:
                kept.until_s = max(kept.until_s, at_s + KEPT_FOR_S)
            elif kept is not None:
                self._remove(key_id)

    def drop(self, conversation_ids: Iterable[UUID]) -> None:
        """Drop the keys of these conversations."""
        dropped = frozenset(conversation_ids)
        for key_id, kept in list(self._kept.items()):
            if isinstance(kept.found, DataKey) and kept.found.conversation_id in dropped:
                self._remove(key_id)

    def drop_expired(self) -> None:
        """Drop what is not certain any more, and what nobody uses."""
        now_s = self._clock()
        for key_id, kept in list(self._kept.items()):
            if kept.until_s <= now_s or kept.used_s + _IDLE_FOR_S <= now_s:
                self._remove(key_id)

    def _add(self, key_id: UUID, found: DataKey | Missing) -> None:
        self._remove(key_id)
        now_s = self._clock()
        self._kept[key_id] = _Kept(found, now_s + KEPT_FOR_S, now_s)
        if len(self._kept) > _MOST_KEPT:
            self._remove(next(iter(self._kept)))

    def _remove(self, key_id: UUID) -> None:
        kept = self._kept.pop(key_id, None)
        if kept is None or not isinstance(kept.found, DataKey):
            return
        conversation_id = kept.found.conversation_id
        if conversation_id is not None and self._by_conversation.get(conversation_id) == key_id:
            del self._by_conversation[conversation_id]
