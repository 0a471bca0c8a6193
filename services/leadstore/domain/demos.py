"""The demos of a conversation: booked, moved, canceled, in whatever order the events come."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from contracts.values import Value

End = Literal["canceled", "rescheduled"]
# A demo that was moved is reported as canceled too; the move is the more precise of the two.
_SAYS_MORE: dict[End | None, int] = {None: 0, "canceled": 1, "rescheduled": 2}


class Demo(Value):
    """One appointment. An end is final: a new time is a new demo.

    `is_private` says that only the address tells whose it is: its time is not for whoever talks with us.
    """

    demo_id: UUID
    starts_at: datetime | None = None
    said_at: datetime | None = None
    end: End | None = None
    missed_at: datetime | None = None
    is_missed: bool = False
    is_private: bool = False


def booked_demo(demos: tuple[Demo, ...]) -> Demo | None:
    """The booked demo: of those not canceled, the one stated last."""
    standing = [demo for demo in demos if demo.starts_at is not None and demo.end is None]
    return max(standing, key=lambda demo: (demo.said_at, demo.demo_id), default=None)


def stated(
    demos: tuple[Demo, ...],
    demo_id: UUID,
    *,
    starts_at: datetime,
    said_at: datetime,
    is_private: bool = False,
) -> tuple[Demo, ...]:
    """The demos with this one booked for that time."""
    demo = _find(demos, demo_id)
    is_private = is_private and (demo.said_at is None or demo.is_private)
    if demo.said_at is not None and demo.starts_at is not None:
        said_at, starts_at = max((demo.said_at, demo.starts_at), (said_at, starts_at))
    known = {"starts_at": starts_at, "said_at": said_at, "is_private": is_private}
    return _put(demos, demo.model_copy(update=known))


def ended(demos: tuple[Demo, ...], demo_id: UUID, end: End) -> tuple[Demo, ...]:
    """The demos with this one canceled."""
    demo = _find(demos, demo_id)
    return _put(demos, demo.model_copy(update={"end": max(demo.end, end, key=_SAYS_MORE.__getitem__)}))


def missed(demos: tuple[Demo, ...], demo_id: UUID, *, is_missed: bool, said_at: datetime) -> tuple[Demo, ...]:
    """The demos with this one missed, or not any more where that is taken back later."""
    demo = _find(demos, demo_id)
    if demo.missed_at is not None and (demo.missed_at, demo.is_missed) >= (said_at, is_missed):
        return demos
    return _put(demos, demo.model_copy(update={"missed_at": said_at, "is_missed": is_missed}))


def _find(demos: tuple[Demo, ...], demo_id: UUID) -> Demo:
    return next((demo for demo in demos if demo.demo_id == demo_id), Demo(demo_id=demo_id))


def _put(demos: tuple[Demo, ...], demo: Demo) -> tuple[Demo, ...]:
    others = (other for other in demos if other.demo_id != demo.demo_id)
    return tuple(sorted((*others, demo), key=lambda each: each.demo_id))
