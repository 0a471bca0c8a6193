"""Records that a visitor agrees to be sent one mail where a conversation stops, or takes that back."""

from uuid import UUID, uuid4

from contracts.cloudevent import Event, derive_id, originate
from contracts.events import FollowUpAllowed, FollowUpRevoked
from contracts.values import Channel, Consent
from services.gateway.ports import Ports


async def allow_follow_up(
    conversation_id: UUID, consent: Consent, ports: Ports, *, idempotency_key: str | None
) -> None:
    """Record a consent as it was given; raises TransientError where it is not known to be durable."""
    allowed = FollowUpAllowed(conversation_id=conversation_id, consent=consent)
    await _publish(allowed, ports, idempotency_key)


async def revoke_follow_up(
    conversation_id: UUID, source: Channel, ports: Ports, *, idempotency_key: str | None
) -> None:
    """Record that it was taken back; raises TransientError where that is not known to be durable."""
    revoked = FollowUpRevoked(conversation_id=conversation_id, source=source)
    await _publish(revoked, ports, idempotency_key)


async def _publish(said: Event, ports: Ports, idempotency_key: str | None) -> None:
    """Each is an event of its own: who agrees again after taking it back has agreed."""
    event_id = uuid4()
    if idempotency_key is not None:
        event_id = derive_id(said.conversation_id, f"{said.type_name()}/{idempotency_key}")
    await ports.publisher.publish(originate(said, event_id=event_id, source="gateway", time=ports.clock()))
