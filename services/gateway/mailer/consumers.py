"""What the mailer listens to: mails that came in, and what is said in conversations."""

from faststream.kafka import KafkaBroker

from chassis.kafka import keyed_subscriber
from contracts.cloudevent import CloudEvent
from contracts.events import (
    ConversationErased,
    MailReceived,
    MailUnsubscribed,
    PersonAnswered,
    ProfileUpdated,
    TurnAnswered,
)
from services.gateway.mailer.ports import MailPorts
from services.gateway.mailer.usecases.answering import mail_persons_words, mail_reply, note_language
from services.gateway.mailer.usecases.erasing import erase_mails
from services.gateway.mailer.usecases.taking import suppress_recipient, take_mail


def subscribe(broker: KafkaBroker, ports: MailPorts) -> None:
    """Register the mailer's consumers with `broker`."""
    conversations = keyed_subscriber(broker, MailReceived.topic, TurnAnswered.topic, group_id="mailer")

    @conversations.on(MailReceived)
    async def take_mail_on_mail_received(event: CloudEvent[MailReceived]) -> None:
        await take_mail(event, ports)

    @conversations.on(MailUnsubscribed)
    async def suppress_recipient_on_mail_unsubscribed(event: CloudEvent[MailUnsubscribed]) -> None:
        await suppress_recipient(event.data, ports)

    @conversations.on(TurnAnswered)
    async def mail_reply_on_turn_answered(event: CloudEvent[TurnAnswered]) -> None:
        await mail_reply(event, ports)

    @conversations.on(PersonAnswered)
    async def mail_words_on_person_answered(event: CloudEvent[PersonAnswered]) -> None:
        await mail_persons_words(event, ports)

    @conversations.on(ProfileUpdated)
    async def note_language_on_profile_updated(event: CloudEvent[ProfileUpdated]) -> None:
        await note_language(event, ports)

    @conversations.on(ConversationErased)
    async def erase_mails_on_conversation_erased(event: CloudEvent[ConversationErased]) -> None:
        await erase_mails([event.data.conversation_id], ports)
