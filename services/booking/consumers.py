"""The subscriptions of the service: two co-partitioned topics, one lane a conversation."""

from faststream.kafka import KafkaBroker

from chassis.clock import Clock, utc_now
from chassis.kafka import EventPublisher, keyed_subscriber
from contracts.cloudevent import CloudEvent
from contracts.events import BookingRequested, CalendarNotified, ConversationErased, ProfileUpdated
from services.booking.usecases import (
    DemoDependencies,
    LinkDependencies,
    erase_conversation,
    issue_link,
    note_address,
    take_notification,
)


def subscribe(
    broker: KafkaBroker, links: LinkDependencies, demos: DemoDependencies, *, clock: Clock = utc_now
) -> None:
    """Answer requests for links, follow demos, and know which visitor gave which address."""
    publisher = EventPublisher(broker)
    conversations = keyed_subscriber(broker, BookingRequested.topic, ProfileUpdated.topic, group_id="booking")

    @conversations.on(BookingRequested)
    async def issue_link_on_booking_requested(event: CloudEvent[BookingRequested]) -> None:
        await publisher.publish(await issue_link(event, links, clock=clock))

    @conversations.on(CalendarNotified)
    async def take_notification_on_calendar_notified(event: CloudEvent[CalendarNotified]) -> None:
        await take_notification(event, demos)

    @conversations.on(ProfileUpdated)
    async def note_address_on_profile_updated(event: CloudEvent[ProfileUpdated]) -> None:
        email = event.data.profile.contact_email
        if email is not None:
            told = event.data.conversation_id, email.value, demos
            await note_address(*told, is_verified=email.is_verified)

    @conversations.on(ConversationErased)
    async def erase_conversation_on_conversation_erased(event: CloudEvent[ConversationErased]) -> None:
        await erase_conversation(event.data.conversation_id, demos)
