"""Which offset of a partition is safe to commit."""

from collections import deque
from dataclasses import dataclass, field


@dataclass(slots=True)
class Watermark:
    """The lowest unfinished offset of one partition.

    Records finish in any order; a commit may never pass one that has not finished, or a crash would lose it.
    """

    _started: deque[tuple[int, float]] = field(default_factory=deque)
    _finished: set[int] = field(default_factory=set)
    _committable: int | None = None
    _committed: int | None = None

    def start(self, offset: int, *, at_s: float) -> None:
        """Note that the record at `offset` was taken. Offsets come in ascending order."""
        self._started.append((offset, at_s))

    def finish(self, offset: int) -> None:
        """Note that the record at `offset` needs no more work."""
        self._finished.add(offset)
        while self._started and self._started[0][0] in self._finished:
            lowest, _ = self._started.popleft()
            self._finished.discard(lowest)
            self._committable = lowest + 1

    @property
    def held(self) -> int:
        """The number of unfinished records and of finished ones behind them."""
        return len(self._started)

    @property
    def oldest_started_s(self) -> float | None:
        """When the record that delays the commit was taken."""
        return self._started[0][1] if self._started else None

    def uncommitted(self) -> int | None:
        """The next offset to commit, or None when it is committed already."""
        return None if self._committable == self._committed else self._committable

    def note_committed(self, offset: int) -> None:
        """Note that a commit of `offset` was accepted."""
        self._committed = offset
