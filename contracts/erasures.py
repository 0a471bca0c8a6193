"""What was erased, as leadstore tells the gateway, which signs a receipt for it."""

from collections.abc import Mapping
from uuid import UUID

from pydantic import AwareDatetime, Field

from contracts.text import CleanText
from contracts.values import ErasureReason, Value


class Erasure(Value):
    """One erased conversation. `deleted` counts what was held of it, by service and kind."""

    conversation_id: UUID
    erased_at: AwareDatetime
    reason: ErasureReason | None = None
    deleted: Mapping[str, int] = Field(default_factory=dict)


class Person(Value):
    """Somebody, by the address that they told us or that they are known by."""

    email: CleanText = Field(min_length=3, max_length=320)


class PersonToErase(Person):
    """Somebody, and conversations that are known to be theirs although their address was not given there."""

    conversation_ids: tuple[UUID, ...] = ()


class ForgottenRecipient(Value):
    """The conversations begun by mail with somebody who wants to be forgotten, or held with them."""

    conversation_ids: tuple[UUID, ...]


class ErasureOrder(Value):
    """The order to erase all conversations of one person. `erasures` are those that are erased by now."""

    order_id: UUID
    ordered_at: AwareDatetime
    conversation_ids: tuple[UUID, ...]
    erasures: tuple[Erasure, ...] = ()

    @property
    def open_ids(self) -> tuple[UUID, ...]:
        """The conversations that are not erased yet."""
        erased = {erasure.conversation_id for erasure in self.erasures}
        return tuple(each for each in self.conversation_ids if each not in erased)
