"""Takes deliveries of other systems, each once, and remembers them while they could come again."""

from uuid import UUID

import structlog
from pydantic import JsonValue, TypeAdapter

from chassis.errors import TransientError
from contracts.cloudevent import Event, derive_id, originate
from contracts.events import CalendarNotified
from contracts.text import Bounds, CleanDocument, load_json
from services.gateway.domain import CalendarName, Delivery, content_id, conversation_of
from services.gateway.errors import DeliveryRepeated, DeliveryUnreadable
from services.gateway.ports import Ports

logger = structlog.get_logger()

_OBJECT = TypeAdapter(CleanDocument)
# Calendars tell some hundred values, six levels deep. A reader of Kafka goes less deep than a parser does,
# and each value costs time several times over.
_BOUNDS = Bounds(deepest=32, most_values=10_000)


async def take_notification(
    delivery: Delivery, provider: CalendarName, booking_secret: bytes, ports: Ports
) -> None:
    """Publish what a calendar tells.

    Raises:
        DeliveryRepeated: this very delivery was published before.
        DeliveryUnreadable: it is no JSON object.
        TransientError: not known to be published; the provider sends it again.
    """
    content = _object_in(delivery.body)
    conversation_id = conversation_of(content, provider, booking_secret)
    told = CalendarNotified(conversation_id=conversation_id, provider=provider, notification=content)
    # The same content signed anew has the same id, so that booking recognises it.
    event_id = derive_id(conversation_id, f"{provider}/{content_id(delivery.body)}")
    await publish_once(delivery, told, event_id, ports)


def _object_in(body: bytes) -> dict[str, JsonValue]:
    try:
        return _OBJECT.validate_python(load_json(body, _BOUNDS))
    except ValueError as error:
        raise DeliveryUnreadable(
            "The body is not a JSON object, or nested too deeply or too large."
        ) from error


async def publish_once(delivery: Delivery, told: Event, event_id: UUID, ports: Ports) -> None:
    """Publish an event for a delivery, unless that was done.

    Without Redis a repeated delivery is published again, which changes nothing: readers know its event's id.
    One whose signature does not cover its body waits for Redis.

    Raises:
        DeliveryRepeated: this very delivery was published before.
        TransientError: not known to be published.
    """
    try:
        if await ports.idempotency_store.is_taken(delivery.id):
            raise DeliveryRepeated("This delivery was taken before.")
    except TransientError:
        if not delivery.is_body_signed:
            raise
        logger.warning("delivery_unchecked")
    await ports.publisher.publish(originate(told, event_id=event_id, source="gateway", time=ports.clock()))
    try:
        await ports.idempotency_store.note_taken(delivery.id, delivery.remembered_for)
    except TransientError:
        logger.warning("delivery_not_noted")
