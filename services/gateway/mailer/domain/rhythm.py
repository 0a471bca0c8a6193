"""What shows that a machine answers us, when it does not say so: its pace, its rhythm, and words that repeat.

Each rule leaves room for people who are fast: they read a little, and type or dictate the rest.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal

Suspicion = Literal["too_fast", "rhythm", "repeated"]

# Nobody types or dictates faster for the length of a mail: 120 words a minute.
_FASTEST_LETTERS_S: Final = 10.0
# What two mails in a row would need, each with a glance at ours: 85 words a minute.
_LASTING_LETTERS_S: Final = 7.0
_GLANCE_S: Final = 8.0
# Whoever waits exactly as long three times in a row has a timer.
_IN_A_ROW: Final = 3
_SPREAD_S: Final = 2.0
_SPREAD: Final = 0.02
# "Yes, please." is said twice by people; so many characters are not, even in other words.
_SHORTEST_REPETITION: Final = 60
_ALIKE: Final = 0.5
_PIECE: Final = 4
_COMPARED: Final = 2_000
_WORDS: Final = re.compile(r"[\W\d_]+")


@dataclass(frozen=True, slots=True)
class Reply:
    """A mail that answered our last one: how long after it, and how much it says."""

    after: timedelta
    letters: int

    @property
    def after_s(self) -> float:
        """In seconds."""
        return self.after.total_seconds()


def suspicion_of(replies: Sequence[Reply], fastest: timedelta) -> Suspicion | None:
    """What the newest replies show, the newest first; those of people show nothing."""
    if replies and replies[0].after_s < fastest.total_seconds() + replies[0].letters / _FASTEST_LETTERS_S:
        return "too_fast"
    pair = replies[:2]
    needed_s = sum(_GLANCE_S + each.letters / _LASTING_LETTERS_S for each in pair)
    if len(pair) == 2 and sum(each.after_s for each in pair) < needed_s:
        return "rhythm"
    return "rhythm" if _are_timed(replies[:_IN_A_ROW]) else None


def is_repetition(text: str, others: Collection[str]) -> bool:
    """Whether a long text says what one of the others says, perhaps with other names and numbers."""
    pieces = _pieces(text)
    if len(text) < _SHORTEST_REPETITION or not pieces:
        return False
    compared = (_pieces(other) for other in others if len(other) >= _SHORTEST_REPETITION)
    return any(len(pieces & each) >= _ALIKE * len(pieces | each) for each in compared)


def _are_timed(row: Sequence[Reply]) -> bool:
    waits_s = [each.after_s for each in row]
    return len(row) == _IN_A_ROW and max(waits_s) - min(waits_s) <= max(_SPREAD_S, _SPREAD * min(waits_s))


def _pieces(text: str) -> frozenset[str]:
    """A text in overlapping pieces without numbers and signs: no language is needed to compare them."""
    plain = _WORDS.sub(" ", text[:_COMPARED].casefold()).strip()
    return frozenset(plain[at : at + _PIECE] for at in range(len(plain) - _PIECE + 1))
