"""What the mailer listens to."""

from faststream.kafka import KafkaBroker

from chassis.kafka import keyed_subscriber
from contracts.cloudevent import CloudEvent
from contracts.events import ConversationErased
from services.gateway.mailer.ports import Outbox
from services.gateway.mailer.usecases.erasing import erase_mails


def subscribe(broker: KafkaBroker, outbox: Outbox) -> None:
    """Register the mailer's consumers with `broker`."""
    conversations = keyed_subscriber(broker, ConversationErased.topic, group_id="mailer")

    @conversations.on(ConversationErased)
    async def erase_mails_on_conversation_erased(event: CloudEvent[ConversationErased]) -> None:
        await erase_mails([event.data.conversation_id], outbox)
