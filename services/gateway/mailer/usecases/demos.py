"""Remember the demos that mails of a campaign follow, or that make them needless."""

from contracts.cloudevent import CloudEvent
from contracts.events import DemoBooked, DemoNoShow, DemoRescheduled
from services.gateway.mailer.ports.campaigns import Demos


async def keep_booked_demo(event: CloudEvent[DemoBooked], demos: Demos) -> None:
    """Remember a demo that was booked; safe to repeat."""
    booked = event.data
    await demos.note_booked(
        booked.conversation_id,
        booked.demo_id,
        starts_at=booked.starts_at,
        ends_at=booked.ends_at,
        timezone=booked.timezone,
        is_proven=booked.is_proven,
        said_at=event.time,
        invitee=booked.invitee_email,
    )


async def keep_moved_demo(event: CloudEvent[DemoRescheduled], demos: Demos) -> None:
    """Remember that a demo takes place at another time; safe to repeat."""
    moved = event.data
    await demos.note_over(moved.conversation_id, moved.previous_demo_id)
    await demos.note_booked(
        moved.conversation_id,
        moved.demo_id,
        starts_at=moved.starts_at,
        ends_at=moved.ends_at,
        timezone=moved.timezone,
        is_proven=moved.is_proven,
        said_at=event.time,
    )


async def keep_missed_demo(event: CloudEvent[DemoNoShow], demos: Demos) -> None:
    """Remember that a visitor did not come to a demo, or that this was said by mistake; safe to repeat."""
    await demos.note_missed(
        event.data.conversation_id,
        event.data.demo_id,
        is_missed=not event.data.is_taken_back,
        said_at=event.time,
    )
