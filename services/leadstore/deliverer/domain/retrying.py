"""When a failed delivery is tried again."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_MOST_STREAK: Final = 6
_PATIENCE: Final = 8
LONGEST_HOLD_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class RetryPlan:
    """The pauses between attempts in seconds; after the last one a delivery is dead. Over days by default."""

    delays_s: Sequence[float]

    def delay_s(self, attempts: int, *, chance: float, retry_after_s: float | None = None) -> float | None:
        """The pause after this many failed attempts (from 1), None when there have been enough.

        `chance`, from 0 to 1, spreads the pauses by a fifth, so that what failed together does not come
        back together. A receiver's own wish is a lower bound.
        """
        if attempts > len(self.delays_s):
            return None
        spread = self.delays_s[attempts - 1] * (0.8 + 0.4 * chance)
        return max(spread, retry_after_s or 0.0)


def hold_s(failures_in_a_row: int) -> float:
    """For how long a receiver is left alone that failed so often in a row."""
    over = failures_in_a_row - _PATIENCE
    return 0.0 if over < 0 else min(LONGEST_HOLD_S, 2.0 ** min(over, _MOST_STREAK))
