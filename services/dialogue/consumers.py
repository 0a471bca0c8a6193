"""What dialogue listens to: three co-partitioned topics, one lane a conversation."""

from collections.abc import Callable

from faststream.kafka import KafkaBroker

from chassis.kafka import EventGroup, KeyedOptions, KeyedSubscriber, Parked, keyed_subscriber, parse_parked
from chassis.language_model import charged_to
from contracts import events
from contracts.cloudevent import CloudEvent
from contracts.leases import Fence
from services.dialogue.ports import Ports
from services.dialogue.usecases.answer_turn import admit_failure, answer_turns, go_on_after_person
from services.dialogue.usecases.awaited import say_booking_link, say_drafted_proposal
from services.dialogue.usecases.demos import say_demo
from services.dialogue.usecases.erasing import erase_conversation
from services.dialogue.usecases.silence import close_conversation
from services.dialogue.usecases.takeover import let_person_take_over, say_for_person


def subscribe(
    broker: KafkaBroker, ports: Ports, options: KeyedOptions, *, on_handed_over: Callable[[], None]
) -> KeyedSubscriber:
    """Register dialogue's consumers with `broker`."""

    async def admit_failure_on_parked(parked: Parked) -> None:
        event = parse_parked(parked, events.TurnReceived)
        if event is not None:
            await admit_failure(event, parked.reason, ports)

    conversations = keyed_subscriber(
        broker,
        events.TurnReceived.topic,
        events.ProposalDrafted.topic,
        events.BookingLinkIssued.topic,
        group_id="dialogue",
        options=options,
        on_parked=admit_failure_on_parked,
        on_handed_over=on_handed_over,
    )

    @conversations.on_many(events.TurnReceived)
    async def answer_turns_on_turn_received(burst: EventGroup[events.TurnReceived]) -> None:
        with charged_to(burst.events[0].data.payers):
            await answer_turns(burst, ports)

    @conversations.on(events.ErasureRequested)
    async def erase_conversation_on_erasure_requested(event: CloudEvent[events.ErasureRequested]) -> None:
        await erase_conversation(event.data.conversation_id, event.data.reason, ports)

    @conversations.on(events.VisitorOptedOut)
    async def close_conversation_on_visitor_opted_out(event: CloudEvent[events.VisitorOptedOut]) -> None:
        await close_conversation(event, ports)

    @conversations.on(events.ProposalDrafted)
    async def say_proposal_on_proposal_drafted(event: CloudEvent[events.ProposalDrafted]) -> None:
        await say_drafted_proposal(event, ports)

    @conversations.on(events.BookingLinkIssued)
    async def say_link_on_booking_link_issued(event: CloudEvent[events.BookingLinkIssued]) -> None:
        await say_booking_link(event, ports)

    _subscribe_to_demos(conversations, ports)
    _subscribe_to_people(conversations, ports)
    return conversations


def _subscribe_to_demos(conversations: KeyedSubscriber, ports: Ports) -> None:
    @conversations.on(events.DemoBooked)
    async def say_demo_on_demo_booked(event: CloudEvent[events.DemoBooked]) -> None:
        await say_demo(event, ports)

    @conversations.on(events.DemoRescheduled)
    async def say_demo_on_demo_rescheduled(event: CloudEvent[events.DemoRescheduled]) -> None:
        await say_demo(event, ports)

    @conversations.on(events.DemoCanceled)
    async def say_demo_on_demo_canceled(event: CloudEvent[events.DemoCanceled]) -> None:
        await say_demo(event, ports)

    @conversations.on(events.DemoNoShow)
    async def say_demo_on_demo_no_show(event: CloudEvent[events.DemoNoShow]) -> None:
        await say_demo(event, ports)


def _subscribe_to_people(conversations: KeyedSubscriber, ports: Ports) -> None:
    def stop_reply_under_way(event: CloudEvent[events.PersonTookOver]) -> None:
        ports.replies.fence_out(Fence(event.data.conversation_id, event.data.fence), event.data.name)

    conversations.on_arrival(events.PersonTookOver, stop_reply_under_way)

    @conversations.on(events.PersonTookOver)
    async def be_silent_on_person_took_over(event: CloudEvent[events.PersonTookOver]) -> None:
        await let_person_take_over(event, ports)

    @conversations.on(events.PersonSpoke)
    async def say_for_person_on_person_spoke(event: CloudEvent[events.PersonSpoke]) -> None:
        await say_for_person(event, ports)

    @conversations.on(events.PersonHandedBack)
    async def go_on_on_person_handed_back(event: CloudEvent[events.PersonHandedBack]) -> None:
        await go_on_after_person(event, ports)
