"""The spend limiter: a call reserves the most it may cost, and afterwards pays what it did cost."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from chassis.language_model.prices import Amount


@dataclass(slots=True)
class Reservation:
    """An amount reserved for one call. `used` is what it cost: `max_amount` unless set."""

    max_amount: Amount
    used: Amount

    @classmethod
    def of(cls, max_amount: Amount) -> Reservation:
        """A reservation of `max_amount` that counts as used in full."""
        return cls(max_amount, max_amount)


class SpendLimiter(Protocol):
    """Keeps the spending of all processes below its caps."""

    @property
    def reply_output_tokens(self) -> int | None:
        """The most tokens one answer may have; None for no limit of its own."""
        ...

    def reserve(
        self, max_amount: Amount, conversation_id: UUID | None
    ) -> AbstractAsyncContextManager[Reservation]:
        """Reserve `max_amount` while the context lasts; soon after it `used` is spent and the rest released.

        Raises:
            ModelUnavailable: on entering, a cap would be exceeded (`spend_cap`), or what is spent is
                unknown (`spend_unknown`). Leaving never fails.
        """
        ...

    async def settle(self) -> None:
        """Let what has ended be spent now, before the process ends. Never fails."""
        ...

    async def export_metrics(self) -> None:
        """Set the metrics to what all processes have spent.

        Raises:
            TransientError: what is spent is unknown now.
        """
        ...


class UnlimitedSpend:
    """No caps: for a model that is not in production."""

    reply_output_tokens: int | None = None

    def reserve(
        self,
        max_amount: Amount,
        conversation_id: UUID | None,  # noqa: ARG002
    ) -> AbstractAsyncContextManager[Reservation]:
        """Reserve without a limit."""
        return nullcontext(Reservation.of(max_amount))

    async def settle(self) -> None:
        """Nothing was reserved."""

    async def export_metrics(self) -> None:
        """Nothing is counted, so nothing is exported."""
