"""Take what happened to a lead."""

from contracts.cloudevent import CloudEvent
from contracts.events import LeadChanged, LeadErased
from services.leadstore.deliverer.domain import state_of
from services.leadstore.deliverer.ports import Deliveries
from services.leadstore.deliverer.usecases.dispatching import Dispatcher


async def take_lead(
    event: CloudEvent[LeadChanged] | CloudEvent[LeadErased], deliveries: Deliveries, dispatcher: Dispatcher
) -> None:
    """Store the state of a lead for every subscriber, and wake whoever sends it. Safe to repeat.

    Raises:
        DatabaseUnavailable: try again.
    """
    if await deliveries.take(state_of(event)):
        dispatcher.wake()
