"""The ports of the deliverer."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol
from uuid import UUID

from services.leadstore.deliverer.domain import (
    Delivery,
    LeadState,
    Outcome,
    ShownDelivery,
    ShownSubscription,
    Subscription,
)


class Subscriptions(Protocol):
    """The subscriptions. All of it raises DatabaseUnavailable."""

    async def all(self) -> Sequence[Subscription]:
        """Every subscription, paused ones too."""

    async def shown(self) -> Sequence[ShownSubscription]:
        """Every subscription by name, with how its deliveries stand."""

    async def add(self, subscription: Subscription) -> None:
        """Store a new one.

        Raises:
            NameTaken: there is another of this name.
        """

    async def pause(self, name: str, because: str | None) -> None:
        """Pause it, or go on when there is no reason.

        Raises:
            UnknownSubscription: there is none of this name.
        """

    async def set_secrets(self, name: str, secrets: Sequence[str]) -> None:
        """Replace its secrets.

        Raises:
            UnknownSubscription: there is none of this name.
        """

    async def remove(self, name: str) -> None:
        """Delete it, and all that is held of its deliveries.

        Raises:
            UnknownSubscription: there is none of this name.
        """


class Deliveries(Protocol):
    """What every subscriber still has to be told. All of it raises DatabaseUnavailable."""

    async def take(self, state: LeadState) -> bool:
        """Store the state of a lead, and let it be delivered to every subscriber.

        It replaces an older one, delivered or not; of an erased lead nothing else is left. Idempotent.

        Returns:
            Whether it is new: an older one, or one of an erased lead, changes nothing.
        """

    async def claim(self, subscription_id: UUID, limit: int, *, lease_s: float) -> Sequence[Delivery]:
        """Take deliveries that are due, for this long; nobody else is given them meanwhile."""

    async def settle(self, delivery: Delivery, outcome: Outcome, *, retry_in_s: float | None) -> None:
        """Note how an attempt ended. Without a next attempt what failed is dead.

        A newer state that came meanwhile is due at once. Without the lease nothing changes.
        """

    async def listed(self, name: str, status: str | None, limit: int) -> Sequence[ShownDelivery]:
        """The deliveries of a subscription, those that changed last first.

        Raises:
            UnknownSubscription: there is none of this name.
        """

    async def replay(self, name: str, lead_id: UUID | None, *, everything: bool) -> int:
        """Let the last state of leads be delivered once more: dead ones, all, or one; returns how many.

        Raises:
            UnknownSubscription: there is none of this name.
        """


class Receiver(Protocol):
    """One receiver of one subscription."""

    async def deliver(self, delivery: Delivery) -> Outcome:
        """Try once. Whatever goes wrong at the receiver is told, not raised."""


class Receivers(Protocol):
    """Makes the receiver that a subscription is about."""

    def open(self, subscription: Subscription) -> AbstractAsyncContextManager[Receiver]:
        """A receiver with connections of its own, so that a slow one holds up nobody else's."""
