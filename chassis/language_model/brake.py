"""The spend brake: what a call may cost is held before it, what it did cost is settled after it."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from chassis.language_model.prices import Amount


@dataclass(slots=True)
class Hold:
    """An amount set aside for one call. `real` is what the call used; unless it is said, all of it."""

    most: Amount
    real: Amount

    @classmethod
    def of(cls, most: Amount) -> Hold:
        """A hold of `most`, of which nothing is known yet."""
        return cls(most, most)


class Brake(Protocol):
    """Keeps what is spent below its caps, over all processes."""

    @property
    def reply_output_tokens(self) -> int | None:
        """The most tokens one answer may have; None for as many as the settings say."""
        ...

    def hold(self, most: Amount, conversation_id: UUID | None) -> AbstractAsyncContextManager[Hold]:
        """Set `most` aside while the context lasts; at its end `real` is spent, the rest is free again.

        Raises:
            ModelUnavailable: on entering, a cap would be exceeded (`spend_cap`), or nobody knows what
                is spent (`spend_unknown`). Leaving never fails.
        """
        ...

    async def tell(self) -> None:
        """Show in the metrics what all processes have spent.

        Raises:
            TransientError: nobody knows now.
        """
        ...


class Unbraked:
    """No caps: for a model that is not in production."""

    reply_output_tokens: int | None = None

    def hold(self, most: Amount, conversation_id: UUID | None) -> AbstractAsyncContextManager[Hold]:  # noqa: ARG002
        """See the port."""
        return nullcontext(Hold.of(most))

    async def tell(self) -> None:
        """See the port."""
