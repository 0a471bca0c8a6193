"""What the mailer listens to: mails that came in, and what is said in conversations."""

from faststream.kafka import KafkaBroker

from chassis.kafka import KeyedSubscriber, keyed_subscriber
from contracts.cloudevent import CloudEvent
from contracts.events import (
    ConversationClosed,
    ConversationErased,
    ConversationStalled,
    DemoBooked,
    DemoCanceled,
    DemoNoShow,
    DemoRescheduled,
    FollowUpAllowed,
    FollowUpRevoked,
    MailReceived,
    MailRequested,
    MailUnsubscribed,
    PersonAnswered,
    ProfileUpdated,
    SpeakerChanged,
    TurnAnswered,
    TurnReceived,
)
from services.gateway.mailer.ports import MailPorts
from services.gateway.mailer.ports.campaigns import CampaignPorts
from services.gateway.mailer.usecases.answering import mail_persons_words, mail_reply, note_language
from services.gateway.mailer.usecases.campaigning import queue_campaign_mail
from services.gateway.mailer.usecases.demos import keep_booked_demo, keep_missed_demo, keep_moved_demo
from services.gateway.mailer.usecases.erasing import erase_mails
from services.gateway.mailer.usecases.following_up import (
    note_consent,
    note_demo,
    note_progress,
    note_revocation,
    note_silence,
    note_turn,
)
from services.gateway.mailer.usecases.taking import suppress_recipient, take_mail


def subscribe(broker: KafkaBroker, ports: MailPorts, campaigns: CampaignPorts) -> None:
    """Register the mailer's consumers with `broker`."""
    topics = (MailReceived.topic, TurnAnswered.topic, TurnReceived.topic, DemoBooked.topic)
    conversations = keyed_subscriber(broker, *topics, group_id="mailer")
    _subscribe_to_silences(conversations, ports)
    _subscribe_to_demos(conversations, ports, campaigns)

    @conversations.on(MailReceived)
    async def take_mail_on_mail_received(event: CloudEvent[MailReceived]) -> None:
        await take_mail(event, ports)

    @conversations.on(MailUnsubscribed)
    async def suppress_recipient_on_mail_unsubscribed(event: CloudEvent[MailUnsubscribed]) -> None:
        await suppress_recipient(event, ports)

    @conversations.on(TurnAnswered)
    async def mail_reply_on_turn_answered(event: CloudEvent[TurnAnswered]) -> None:
        await mail_reply(event, ports)
        await note_progress(event, ports)

    @conversations.on(PersonAnswered)
    async def mail_words_on_person_answered(event: CloudEvent[PersonAnswered]) -> None:
        await mail_persons_words(event, ports)
        await note_progress(event, ports)

    @conversations.on(ProfileUpdated)
    async def note_language_on_profile_updated(event: CloudEvent[ProfileUpdated]) -> None:
        await note_language(event, ports)
        await note_progress(event, ports)

    @conversations.on(ConversationErased)
    async def erase_mails_on_conversation_erased(event: CloudEvent[ConversationErased]) -> None:
        await erase_mails([event.data.conversation_id], ports)

    @conversations.on(MailRequested)
    async def queue_mail_on_mail_requested(event: CloudEvent[MailRequested]) -> None:
        await queue_campaign_mail(event, campaigns)


def _subscribe_to_silences(conversations: KeyedSubscriber, ports: MailPorts) -> None:
    @conversations.on(FollowUpAllowed)
    async def note_consent_on_follow_up_allowed(event: CloudEvent[FollowUpAllowed]) -> None:
        await note_consent(event, ports)

    @conversations.on(FollowUpRevoked)
    async def note_revocation_on_follow_up_revoked(event: CloudEvent[FollowUpRevoked]) -> None:
        await note_revocation(event, ports)

    @conversations.on(TurnReceived)
    async def note_turn_on_turn_received(event: CloudEvent[TurnReceived]) -> None:
        await note_turn(event, ports)

    @conversations.on(ConversationStalled)
    async def note_silence_on_conversation_stalled(event: CloudEvent[ConversationStalled]) -> None:
        await note_silence(event, ports)

    @conversations.on(ConversationClosed)
    async def note_progress_on_conversation_closed(event: CloudEvent[ConversationClosed]) -> None:
        await note_progress(event, ports)

    @conversations.on(SpeakerChanged)
    async def note_progress_on_speaker_changed(event: CloudEvent[SpeakerChanged]) -> None:
        await note_progress(event, ports)


def _subscribe_to_demos(conversations: KeyedSubscriber, ports: MailPorts, campaigns: CampaignPorts) -> None:
    @conversations.on(DemoBooked)
    async def note_demo_on_demo_booked(event: CloudEvent[DemoBooked]) -> None:
        await keep_booked_demo(event, campaigns.demos)
        await note_demo(event, ports)

    @conversations.on(DemoRescheduled)
    async def note_demo_on_demo_rescheduled(event: CloudEvent[DemoRescheduled]) -> None:
        await keep_moved_demo(event, campaigns.demos)
        await note_demo(event, ports)

    @conversations.on(DemoCanceled)
    async def note_demo_on_demo_canceled(event: CloudEvent[DemoCanceled]) -> None:
        await campaigns.demos.note_over(event.data.conversation_id, event.data.demo_id)

    @conversations.on(DemoNoShow)
    async def note_demo_on_demo_no_show(event: CloudEvent[DemoNoShow]) -> None:
        await keep_missed_demo(event, campaigns.demos)
