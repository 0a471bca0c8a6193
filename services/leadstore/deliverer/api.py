"""How operators manage subscriptions. For `salesbot webhooks`, inside the cluster: it knows no key."""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from chassis.clock import Clock
from chassis.errors import PermanentError, describe
from chassis.problems import Problem, problem_responses
from services.leadstore.deliverer.domain import ShownDelivery, ShownSubscription
from services.leadstore.deliverer.errors import NameTaken, UnfitReceiver, UnknownSubscription
from services.leadstore.deliverer.ports import Deliveries, Subscriptions
from services.leadstore.deliverer.usecases import (
    AddedSubscription,
    NewSubscription,
    add_subscription,
    rotate_secret,
)

_REFUSALS: dict[type[PermanentError], tuple[int, str, str]] = {
    UnknownSubscription: (404, "subscription-not-found", "Subscription not found"),
    NameTaken: (409, "name-taken", "Name taken"),
    UnfitReceiver: (422, "unfit-receiver", "Unfit receiver"),
}


class _Input(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Rotation(_Input):
    """A secret to use from now on; one is made unless it is given."""

    secret: Annotated[SecretStr, Field(min_length=8, max_length=500)] | None = None


class Replay(_Input):
    """What to deliver once more: dead deliveries, or everything, or one conversation's lead."""

    conversation_id: UUID | None = None
    everything: bool = False


class Replayed(BaseModel):
    """How many deliveries are due again."""

    deliveries: int


def make_router(
    subscriptions: Subscriptions,
    deliveries: Deliveries,
    on_change: Callable[[], None],
    *,
    clock: Clock,
    laptop_ports: Collection[int],
) -> APIRouter:
    """The routes. `on_change` is called when something may be due, or a subscription is another."""
    router = APIRouter(tags=["subscriptions"])
    _add_subscriptions(router, subscriptions, on_change, clock=clock, laptop_ports=laptop_ports)
    _add_changes(router, subscriptions, on_change)
    _add_deliveries(router, deliveries, on_change)
    return router


def _add_subscriptions(
    router: APIRouter,
    subscriptions: Subscriptions,
    on_change: Callable[[], None],
    *,
    clock: Clock,
    laptop_ports: Collection[int],
) -> None:
    @router.get("/subscriptions", operation_id="listSubscriptions", responses=problem_responses(503))
    async def list_all() -> Sequence[ShownSubscription]:
        """Every subscription, and how its deliveries stand."""
        return await subscriptions.shown()

    @router.post(
        "/subscriptions",
        operation_id="addSubscription",
        status_code=201,
        responses=problem_responses(409, 422, 503),
    )
    async def add(wanted: NewSubscription) -> AddedSubscription:
        """Subscribe a receiver. A secret that is made is shown this once."""
        with _refusals():
            added = await add_subscription(wanted, subscriptions, clock=clock, laptop_ports=laptop_ports)
        on_change()
        return added

    @router.delete(
        "/subscriptions/{name}",
        operation_id="removeSubscription",
        status_code=204,
        responses=problem_responses(404, 503),
    )
    async def remove(name: str) -> None:
        """Remove a receiver, and what is held of its deliveries."""
        with _refusals():
            await subscriptions.remove(name)
        on_change()


def _add_changes(router: APIRouter, subscriptions: Subscriptions, on_change: Callable[[], None]) -> None:
    @router.post(
        "/subscriptions/{name}/pause",
        operation_id="pauseSubscription",
        status_code=204,
        responses=problem_responses(404, 503),
    )
    async def pause(name: str) -> None:
        """Send nothing for now; what changes meanwhile is sent afterwards."""
        with _refusals():
            await subscriptions.pause(name, "an operator paused it")
        on_change()

    @router.post(
        "/subscriptions/{name}/resume",
        operation_id="resumeSubscription",
        status_code=204,
        responses=problem_responses(404, 503),
    )
    async def resume(name: str) -> None:
        """Go on with a paused receiver."""
        with _refusals():
            await subscriptions.pause(name, None)
        on_change()

    @router.post(
        "/subscriptions/{name}/rotate",
        operation_id="rotateSecret",
        responses=problem_responses(404, 422, 503),
    )
    async def rotate(name: str, wanted: Rotation) -> AddedSubscription:
        """Use another secret; the one before signs beside it until the next rotation."""
        given = wanted.secret.get_secret_value() if wanted.secret else None
        with _refusals():
            rotated = await rotate_secret(name, given, subscriptions)
        on_change()
        return rotated


def _add_deliveries(router: APIRouter, deliveries: Deliveries, on_change: Callable[[], None]) -> None:
    @router.get(
        "/subscriptions/{name}/deliveries",
        operation_id="listDeliveries",
        responses=problem_responses(404, 422, 503),
    )
    async def list_deliveries(
        name: str,
        status: Literal["waiting", "delivered", "dead"] | None = None,
        limit: Annotated[int, Query(ge=1, le=1000)] = 50,
    ) -> Sequence[ShownDelivery]:
        """What became of the leads, those that changed last first."""
        with _refusals():
            return await deliveries.listed(name, status, limit)

    @router.post(
        "/subscriptions/{name}/replay", operation_id="replay", responses=problem_responses(404, 422, 503)
    )
    async def replay(name: str, wanted: Replay) -> Replayed:
        """Deliver the last state of leads once more."""
        with _refusals():
            due = await deliveries.replay(name, wanted.conversation_id, everything=wanted.everything)
        on_change()
        return Replayed(deliveries=due)


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except tuple(_REFUSALS) as refusal:
        status, code, title = _REFUSALS[type(refusal)]
        raise Problem(status=status, code=code, title=title, detail=describe(refusal)) from refusal
