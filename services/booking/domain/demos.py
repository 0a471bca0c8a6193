"""The state machine of demos: what becomes of a booking, in whatever order and how often a calendar tells it.

Every fact of a demo is a register that does not depend on order. What is published follows from all of them
together, and each demo remembers what was published of it:

    booked ──► rescheduled: another demo takes its place ──► ...
       └─────► canceled     └──► no show

A cancellation that is half of a new time is none, whichever half comes first.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Literal
from uuid import UUID, uuid5

from contracts.cloudevent import CloudEvent, Event, derive_id
from contracts.events import DemoBooked, DemoCanceled, DemoNoShow, DemoRescheduled
from contracts.values import Value
from services.booking.domain.notices import CalendarName, Notice

SOURCE = "booking"
_DEMO_IDS = UUID("2c8f9a5e-64d0-5c9b-8a8e-0f5f1f2f7d10")
MatchedBy = Literal["tracking", "address", "identity", "operator"]
"""By what a demo was matched; an `identity` is an address that a website has signed for its visitor."""
Demos = Mapping[UUID, "Demo"]


class Invitation(Value):
    """That an address was given in a conversation; verified where a website has signed that it is theirs."""

    conversation_id: UUID
    is_verified: bool = False

    @property
    def by(self) -> MatchedBy:
        """By what a demo of this address belongs to the conversation."""
        return "identity" if self.is_verified else "address"


class Demo(Value):
    """One booking of one visitor. Its conversation is None while nobody knows whose it is.

    `told` names what was published of it; a demo without `starts_at` is only known from another one. One that
    an operator dismissed is listed no more; who gives its address later still has it.
    """

    demo_id: UUID
    provider: CalendarName
    provider_id: str
    conversation_id: UUID | None = None
    matched_by: MatchedBy | None = None
    booked_at: datetime | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    email: str | None = None
    name: str | None = None
    timezone: str | None = None
    previous_id: UUID | None = None
    next_id: UUID | None = None
    is_moved: bool = False
    canceled_at: datetime | None = None
    canceled_by: str | None = None
    cancel_reason: str | None = None
    no_show_at: datetime | None = None
    is_no_show: bool = False
    dismissed_at: datetime | None = None
    told: tuple[str, ...] = ()

    @property
    def is_superseded(self) -> bool:
        """Whether a new time took its place, or is about to."""
        return self.is_moved or self.next_id is not None


def demo_id_of(provider: CalendarName, provider_id: str) -> UUID:
    """The id of a demo: the same for everything that a calendar tells of one booking."""
    return uuid5(_DEMO_IDS, f"{provider}/{provider_id}")


def applied(demos: Demos, notice: Notice) -> dict[UUID, Demo]:
    """The demos after a notice. Applying it again, or in another order, ends in the same demos.

    `demos` has to hold the demo of the notice and those that it names, as far as they are known.
    """
    after = dict(demos)
    demo = _known(after, notice.provider, notice.provider_id)
    changes = _changes(demo, notice)
    for member, other_id in (("previous_id", notice.previous_id), ("next_id", notice.next_id)):
        if other_id and other_id != notice.provider_id:
            other = _known(after, notice.provider, other_id)
            changes[member] = other.demo_id
            back = "next_id" if member == "previous_id" else "previous_id"
            after[other.demo_id] = other.model_copy(update={back: demo.demo_id})
    after[demo.demo_id] = demo.model_copy(update=changes)
    return after


def _known(demos: Demos, provider: CalendarName, provider_id: str) -> Demo:
    demo_id = demo_id_of(provider, provider_id)
    return demos.get(demo_id) or Demo(demo_id=demo_id, provider=provider, provider_id=provider_id)


def _changes(demo: Demo, notice: Notice) -> dict[str, Any]:
    told = {"starts_at": notice.starts_at, "ends_at": notice.ends_at}
    who = {"email": notice.email, "name": notice.name, "timezone": notice.timezone}
    # The first that is told counts: a new time is a new booking.
    changes: dict[str, Any] = {
        name: value for name, value in (told | who).items() if value and getattr(demo, name) is None
    }
    if notice.booked_at is not None:
        changes["booked_at"] = min(demo.booked_at or notice.booked_at, notice.booked_at)
    match notice.kind:
        case "canceled":
            changes |= {
                "canceled_at": min(demo.canceled_at or notice.said_at, notice.said_at),
                "canceled_by": demo.canceled_by or notice.canceled_by,
                "cancel_reason": demo.cancel_reason or notice.reason,
                "is_moved": demo.is_moved or notice.is_moved,
            }
        case "no_show" if demo.no_show_at is None or notice.said_at > demo.no_show_at:
            changes |= {"no_show_at": notice.said_at, "is_no_show": notice.is_no_show}
    return changes


def matched(demos: Demos, demo_id: UUID, conversation_id: UUID | None, by: MatchedBy) -> dict[UUID, Demo]:
    """The demos with this one belonging to a conversation; with it those that it moved from and to.

    A demo that belongs to one already keeps it: what is published is not taken back. A proof makes up for
    having been matched by its address.
    """
    after, whose = dict(demos), demos[demo_id]
    is_new = whose.conversation_id is None
    is_proof = by != "address" and whose.conversation_id == conversation_id
    if conversation_id is not None and (is_new or is_proof):
        found = {"conversation_id": conversation_id, "matched_by": by}
        after[demo_id] = after[demo_id].model_copy(update=found)
    for chained in after.values():
        if chained.conversation_id is not None:
            belonging = {"conversation_id": chained.conversation_id, "matched_by": chained.matched_by}
            rest = (other for other in _chain(after, chained) if other.conversation_id is None)
            after |= {other.demo_id: other.model_copy(update=belonging) for other in [*rest]}
    return after


def assigned(demos: Demos, demo_id: UUID, conversation_id: UUID) -> dict[UUID, Demo]:
    """The demos after an operator said whose this one is."""
    return matched(demos, demo_id, conversation_id, "operator")


def _chain(demos: Demos, demo: Demo) -> Iterator[Demo]:
    """The demos that this one moved from and to."""
    for step in ("previous_id", "next_id"):
        seen, place = {demo.demo_id}, getattr(demo, step)
        while place in demos and place not in seen:
            seen.add(place)
            yield demos[place]
            place = getattr(demos[place], step)


def events_of(
    demos: Demos, *, cause: UUID, now: datetime
) -> tuple[dict[UUID, Demo], list[CloudEvent[Event]]]:
    """What is to be published now, and the demos that know it. Nothing of demos that belong to nobody.

    The ids of the events follow from the booking, so whoever is told twice recognises them.
    """
    after, events = dict(demos), []
    for demo in sorted(demos.values(), key=lambda each: (each.booked_at or now, each.demo_id)):
        new = [(key, at, data) for key, at, data in _tellings(demo, now) if key not in demo.told]
        events += [_event(demo, key, data, cause=cause, at=at) for key, at, data in new]
        told = (*demo.told, *(key for key, _, _ in new))
        after[demo.demo_id] = demo.model_copy(update={"told": told})
    return after, events


def _tellings(demo: Demo, now: datetime) -> Iterable[tuple[str, datetime, Event]]:
    """Everything that is to be known of a demo by now, with when it became true."""
    if demo.conversation_id is None or demo.starts_at is None:
        return
    whose: Any = {"conversation_id": demo.conversation_id, "demo_id": demo.demo_id}
    booked_at = demo.booked_at or demo.canceled_at or now
    ends_at = demo.ends_at or demo.starts_at
    times: Any = {"starts_at": demo.starts_at, "ends_at": ends_at, "timezone": demo.timezone}
    whose["is_proven"] = demo.matched_by != "address"
    if demo.previous_id is not None:
        yield "rescheduled", booked_at, DemoRescheduled(**whose, previous_demo_id=demo.previous_id, **times)
    elif not demo.is_superseded:
        yield "booked", booked_at, DemoBooked(**whose, **times, invitee_email=demo.email or "")
    if demo.canceled_at is not None and not demo.is_superseded:
        by, reason = demo.canceled_by or "unknown", demo.cancel_reason
        yield "canceled", demo.canceled_at, DemoCanceled(**whose, canceled_by=by, reason=reason)
    # Each word on it that was published was the opposite of the one before.
    was_told_missed = sum("no_show" in key for key in demo.told) % 2 == 1
    if demo.no_show_at is not None and demo.is_no_show != was_told_missed:
        key = f"no_show {demo.no_show_at.isoformat()}"
        yield key, demo.no_show_at, DemoNoShow(**whose, is_taken_back=not demo.is_no_show)


def _event(demo: Demo, key: str, data: Event, *, cause: UUID, at: datetime) -> CloudEvent[Event]:
    return CloudEvent(
        id=derive_id(demo.demo_id, key), source=SOURCE, time=at, data=data, causation_id=cause, sequence=None
    )
