"""What the deliverer listens to."""

from faststream.kafka import KafkaBroker

from chassis.kafka import KeyedSubscriber, keyed_subscriber
from contracts.cloudevent import CloudEvent
from contracts.events import LeadChanged, LeadErased
from services.leadstore.deliverer.ports import Deliveries
from services.leadstore.deliverer.usecases import Dispatcher, take_lead

GROUP = "deliverer"


def subscribe(broker: KafkaBroker, deliveries: Deliveries, dispatcher: Dispatcher) -> KeyedSubscriber:
    """Take every change of a lead, each lead in order."""
    subscriber = keyed_subscriber(broker, LeadChanged.topic, group_id=GROUP)

    @subscriber.on(LeadChanged)
    async def deliver_on_lead_changed(event: CloudEvent[LeadChanged]) -> None:
        await take_lead(event, deliveries, dispatcher)

    @subscriber.on(LeadErased)
    async def deliver_on_lead_erased(event: CloudEvent[LeadErased]) -> None:
        await take_lead(event, deliveries, dispatcher)

    return subscriber
