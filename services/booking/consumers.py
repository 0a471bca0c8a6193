"""The subscriptions of the service."""

from faststream.kafka import KafkaBroker

from chassis.clock import Clock, utc_now
from chassis.kafka import EventPublisher, keyed_subscriber
from contracts.cloudevent import CloudEvent
from contracts.events import BookingRequested
from services.booking.usecases import LinkDependencies, issue_link


def subscribe(broker: KafkaBroker, dependencies: LinkDependencies, clock: Clock = utc_now) -> None:
    """Answer every BookingRequested with a BookingLinkIssued."""
    publisher = EventPublisher(broker)
    requests = keyed_subscriber(broker, BookingRequested.topic, group_id="booking")

    @requests.on(BookingRequested)
    async def issue_link_on_booking_requested(event: CloudEvent[BookingRequested]) -> None:
        await publisher.publish(await issue_link(event, dependencies, clock=clock))
