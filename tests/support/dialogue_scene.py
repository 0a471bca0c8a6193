"""One conversation played through dialogue's use cases, with a proposal writer and a calendar to play."""

from typing import cast
from uuid import uuid5

from contracts.cloudevent import CloudEvent, EventT, caused_by, originate
from contracts.events import (
    BookingLinkIssued,
    BookingRequested,
    ProposalDrafted,
    ProposalRequested,
    TurnAnswered,
    TurnReceived,
)
from contracts.mail import SentMail
from contracts.values import KnownVisitor, Payers
from services.dialogue.domain.conversation import Conversation
from services.dialogue.ports import Ports
from services.dialogue.usecases.answer_turn import answer_turns
from services.dialogue.usecases.awaited import say_booking_link, say_drafted_proposal
from tests.support.dialogue_fakes import FakeBurst, FakeOutside
from tests.unit.dialogue.builders import CONVERSATION, URL, a_proposal, a_tier

UP_TO_THE_PROPOSAL = (
    "Hi, I run a bakery.",
    "12 people",
    "taking phone orders",
    "the phone orders",
    "somebody calls, we write it down, we bake it",
    "the prices stay with us",
    "Excel and Gmail",
    "12 hours a week",
    "under 3 hours a week",
)


async def answer_turn(event: CloudEvent[TurnReceived], ports: Ports) -> None:
    """A turn that nothing follows, answered."""
    await answer_turns(FakeBurst(event), ports)


class Scene:
    """Says lines one after the other; every turn has an id that only depends on its place."""

    def __init__(self, outside: FakeOutside) -> None:
        self.outside = outside
        self.payers: Payers | None = None
        self._turns = 0

    @property
    def conversation(self) -> Conversation:
        return self.outside.store.conversations[CONVERSATION][0]

    @property
    def version(self) -> int:
        return self.outside.store.conversations[CONVERSATION][1]

    def turn(
        self, message: str, visitor: KnownVisitor | None = None, mails: tuple[SentMail, ...] = ()
    ) -> CloudEvent[TurnReceived]:
        """The next line of the visitor, on its way, and what is told with it."""
        self._turns += 1
        turn_id = uuid5(CONVERSATION, f"turn {self._turns}")
        data = TurnReceived(
            conversation_id=CONVERSATION,
            turn_id=turn_id,
            message=message,
            source="widget",
            payers=self.payers,
            visitor=visitor,
            mails=mails,
        )
        event_id = uuid5(turn_id, "received")
        return originate(data, event_id=event_id, source="gateway", time=self.outside.now)

    async def say(
        self, message: str, visitor: KnownVisitor | None = None, mails: tuple[SentMail, ...] = ()
    ) -> CloudEvent[TurnReceived]:
        event = self.turn(message, visitor, mails)
        await answer_turn(event, self.outside.ports())
        return event

    async def burst(self, *messages: str) -> list[CloudEvent[TurnReceived]]:
        events = [self.turn(message) for message in messages]
        await answer_turns(FakeBurst(*events), self.outside.ports())
        return events

    async def ask_for_a_proposal(self) -> CloudEvent[TurnReceived]:
        """Say lines until a proposal was requested; the turn that led to it."""
        for line in UP_TO_THE_PROPOSAL:
            event = await self.say(line)
            if self.conversation.awaiting is not None:
                return event
        raise AssertionError("no proposal was requested")

    async def propose(self) -> CloudEvent[TurnReceived]:
        """Say lines until a proposal is shown; the turn that led to it."""
        event = await self.ask_for_a_proposal()
        await say_drafted_proposal(self.draft(), self.outside.ports())
        return event

    async def ask_for_the_link(self) -> CloudEvent[TurnReceived]:
        """Say everything up to the request for the booking link; the turn that led to it."""
        await self.propose()
        event = await self.say("That works.")
        assert self.conversation.awaiting is not None
        return event

    def draft(self) -> CloudEvent[ProposalDrafted]:
        """The answer to the newest request for a proposal; a redraft is another one."""
        request = self.published(ProposalRequested)[-1]
        data = ProposalDrafted(
            conversation_id=CONVERSATION,
            proposal_id=uuid5(request.id, "proposal"),
            turn_id=request.data.turn_id,
            revision=request.data.revision,
            proposal=a_proposal().model_copy(update={"summary": f"It is draft {request.data.revision}."}),
            tier=a_tier(),
            author="script",
        )
        return caused_by(request.id, data, source="proposal", time=self.outside.now)

    def link(self) -> CloudEvent[BookingLinkIssued]:
        """The answer to the newest request for a booking link."""
        request = self.published(BookingRequested)[-1]
        data = BookingLinkIssued(
            conversation_id=CONVERSATION,
            booking_id=uuid5(request.id, "booking"),
            turn_id=request.data.turn_id,
            url=URL,
            single_use=False,
        )
        return caused_by(request.id, data, source="booking", time=self.outside.now)

    async def book(self) -> None:
        await self.ask_for_the_link()
        await say_booking_link(self.link(), self.outside.ports())

    def published(self, event_class: type[EventT]) -> list[CloudEvent[EventT]]:
        found = [event for event in self.outside.announcer.published if isinstance(event.data, event_class)]
        return cast("list[CloudEvent[EventT]]", found)

    @property
    def answers(self) -> list[TurnAnswered]:
        return [event.data for event in self.published(TurnAnswered)]
