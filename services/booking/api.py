"""What operators ask of booking. For the inside of the cluster: it knows no key."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from chassis.data_keys import DataKeyDestroyed
from chassis.errors import PermanentError, describe
from chassis.problems import Problem, problem_responses
from contracts.unmatched_bookings import Assignment, UnmatchedBooking
from services.booking.domain import Demo
from services.booking.errors import ConversationUnknown, DemoBelongsToAnother, DemoUnknown
from services.booking.usecases import DemoDependencies, assign_demo, dismiss_demo

Limit = Annotated[int, Query(ge=1, le=1000, description="The most bookings.")]
_REFUSALS: dict[type[PermanentError], tuple[int, str, str]] = {
    DemoUnknown: (404, "booking-not-found", "Booking not found"),
    ConversationUnknown: (404, "conversation-not-found", "Conversation not found"),
    DemoBelongsToAnother: (409, "booking-matched", "Booking matched"),
    DataKeyDestroyed: (410, "conversation-erased", "Conversation erased"),
}


def make_router(demos: DemoDependencies) -> APIRouter:
    """`/bookings`: those that belong to nobody, and whose they are."""
    router = APIRouter(tags=["bookings"])

    @router.get("/bookings/unmatched", summary="Bookings of which nobody knows whose they are.")
    async def unmatched(limit: Limit = 100) -> list[UnmatchedBooking]:
        return [_shown(demo) for demo in await demos.store.unmatched(limit)]

    @router.put(
        "/bookings/{demo_id}/conversation",
        status_code=204,
        summary="Say whose a booking is; everybody is told of it then.",
        responses=problem_responses(404, 409, 410),
    )
    async def assign(demo_id: UUID, assignment: Assignment) -> None:
        with _refusals_told():
            await assign_demo(demo_id, assignment.conversation_id, demos)

    @router.put(
        "/bookings/{demo_id}/dismissal",
        status_code=204,
        summary="Say that a booking is nobody's demo; it is listed no more.",
        responses=problem_responses(404, 409),
    )
    async def dismiss(demo_id: UUID) -> None:
        with _refusals_told():
            await dismiss_demo(demo_id, demos)

    return router


def _shown(demo: Demo) -> UnmatchedBooking:
    return UnmatchedBooking(
        demo_id=demo.demo_id,
        provider=demo.provider,
        starts_at=demo.starts_at,
        email=demo.email,
        name=demo.name,
        is_canceled=demo.canceled_at is not None,
    )


@contextmanager
def _refusals_told() -> Iterator[None]:
    try:
        yield
    except (*_REFUSALS,) as refusal:
        status, code, title = _REFUSALS[type(refusal)]
        raise Problem(status=status, code=code, title=title, detail=describe(refusal)) from refusal
