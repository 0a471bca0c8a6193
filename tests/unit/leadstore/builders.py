"""Events of a conversation, of which a test states only what matters."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TypeVar
from uuid import UUID, uuid4, uuid5

from contracts.cloudevent import CloudEvent, Event
from contracts.events import (
    BookingLinkIssued,
    ConversationClosed,
    ConversationErased,
    ConversationStalled,
    ConversationStarted,
    DemoBooked,
    DemoCanceled,
    DemoRescheduled,
    HandOverRequested,
    ProfileUpdated,
    ProposalDrafted,
    QuestionUnanswered,
    StageAdvanced,
    TierChosen,
    TurnAnswered,
    TurnFailed,
    TurnReceived,
)
from contracts.values import Channel, Closing, Profile, Proposal, Slot, Stage, TierRecommendation

EventT = TypeVar("EventT", bound=Event)
ValueT = TypeVar("ValueT")
Told = CloudEvent[Event]

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
TURN = UUID("22222222-2222-4222-8222-222222222222")
URL = "https://calendly.com/demo/30min"


def at(minute: float) -> datetime:
    """So many minutes after noon."""
    return NOON + timedelta(minutes=minute)


def slot(value: ValueT) -> Slot[ValueT]:
    """A slot with this value, said in these words."""
    return Slot(value=value, words=str(value), turn_id=TURN)


def a_proposal(agent_name: str = "Appointment Desk") -> Proposal:
    """A proposal, told from another by the agent's name."""
    return Proposal(
        agent_name=agent_name,
        summary="Answers the appointment emails.",
        does=("read", "answer"),
        out_of_scope=(),
        integrations=("Gmail",),
        hours_now_per_week=6.0,
        success_measure=None,
        delivery="Two weeks.",
    )


def a_tier(key: str = "starter") -> TierRecommendation:
    """A tier of the catalogue."""
    return TierRecommendation(
        tier=key,
        name=key.title(),
        monthly_price_usd=1250,
        includes=("one agent",),
        reason="a small team",
        would_change="a team of more than 15",
    )


class Story:
    """What happens in one conversation; each part returns the event that tells of it."""

    def __init__(self, conversation_id: UUID | None = None) -> None:
        self.id = conversation_id or uuid4()
        self._sequences = count(1)
        self._names = count(1)

    def new_id(self) -> UUID:
        """An id that follows from the conversation's and from how many there were before."""
        return uuid5(self.id, str(next(self._names)))

    def event(self, data: EventT, minute: float, sequence: int | None = None) -> CloudEvent[EventT]:
        """An event told so many minutes after noon."""
        return CloudEvent(
            id=self.new_id(), source="test", time=at(minute), data=data, causation_id=None, sequence=sequence
        )

    def spoken(self, data: EventT, minute: float) -> CloudEvent[EventT]:
        """An event of dialogue: it has the next sequence."""
        return self.event(data, minute, next(self._sequences))

    def turn(
        self,
        minute: float = 0,
        message: str = "Hello",
        *,
        turn_id: UUID | None = None,
        source: Channel = "widget",
    ) -> CloudEvent[TurnReceived]:
        return self.event(
            TurnReceived(
                conversation_id=self.id, turn_id=turn_id or self.new_id(), message=message, source=source
            ),
            minute,
        )

    def started(self, minute: float = 0, *, source: Channel = "widget") -> CloudEvent[ConversationStarted]:
        return self.spoken(ConversationStarted(conversation_id=self.id, source=source), minute)

    def answered(
        self,
        *turns: CloudEvent[TurnReceived],
        minute: float = 1,
        reply: str = "Hi there.",
        stage: Stage = Stage.UNDERSTAND,
        calendly_shown: bool = False,
        tokens: tuple[int, int] = (0, 0),
        cost_usd: float = 0.0,
        suggestions: tuple[str, ...] = (),
    ) -> CloudEvent[TurnAnswered]:
        return self.spoken(
            TurnAnswered(
                conversation_id=self.id,
                reply_id=self.new_id(),
                answered_turn_ids=tuple(turn.data.turn_id for turn in turns),
                reply=reply,
                stage=stage,
                calendly_shown=calendly_shown,
                degraded=False,
                author="model" if tokens[1] else "script",
                input_tokens=tokens[0],
                output_tokens=tokens[1],
                cost_usd=cost_usd,
                suggestions=suggestions,
            ),
            minute,
        )

    def advanced(
        self, to_stage: Stage, minute: float = 1, *, from_stage: Stage = Stage.UNDERSTAND
    ) -> CloudEvent[StageAdvanced]:
        return self.spoken(
            StageAdvanced(conversation_id=self.id, from_stage=from_stage, to_stage=to_stage), minute
        )

    def told(self, profile: Profile, minute: float = 1) -> CloudEvent[ProfileUpdated]:
        return self.spoken(
            ProfileUpdated(conversation_id=self.id, profile=profile, changed=tuple(sorted(profile.known()))),
            minute,
        )

    def failed(self, turn: CloudEvent[TurnReceived], minute: float = 1) -> CloudEvent[TurnFailed]:
        return self.spoken(
            TurnFailed(conversation_id=self.id, turn_id=turn.data.turn_id, reason="poison"), minute
        )

    def unanswered(self, question: str, minute: float = 1) -> CloudEvent[QuestionUnanswered]:
        return self.spoken(
            QuestionUnanswered(conversation_id=self.id, turn_id=TURN, question=question), minute
        )

    def chose(self, tier: str, minute: float = 1) -> CloudEvent[TierChosen]:
        return self.spoken(TierChosen(conversation_id=self.id, tier=tier), minute)

    def wants_person(self, minute: float = 1) -> CloudEvent[HandOverRequested]:
        return self.spoken(HandOverRequested(conversation_id=self.id, turn_id=TURN), minute)

    def closed(self, minute: float = 1, *, reason: Closing = "declined") -> CloudEvent[ConversationClosed]:
        return self.spoken(ConversationClosed(conversation_id=self.id, reason=reason), minute)

    def stalled(self, minute: float) -> CloudEvent[ConversationStalled]:
        return self.spoken(
            ConversationStalled(
                conversation_id=self.id, stage=Stage.UNDERSTAND, silent_since=at(minute - 60)
            ),
            minute,
        )

    def erased(self, minute: float) -> CloudEvent[ConversationErased]:
        return self.spoken(ConversationErased(conversation_id=self.id), minute)

    def drafted(
        self,
        minute: float = 2,
        *,
        revision: int = 1,
        agent_name: str = "Appointment Desk",
        tokens: tuple[int, int] = (0, 0),
        cost_usd: float = 0.0,
    ) -> CloudEvent[ProposalDrafted]:
        return self.event(
            ProposalDrafted(
                conversation_id=self.id,
                proposal_id=self.new_id(),
                turn_id=TURN,
                revision=revision,
                proposal=a_proposal(agent_name),
                tier=a_tier(),
                author="model" if tokens[1] else "script",
                input_tokens=tokens[0],
                output_tokens=tokens[1],
                cost_usd=cost_usd,
            ),
            minute,
        )

    def linked(self, minute: float = 3, *, url: str = URL) -> CloudEvent[BookingLinkIssued]:
        return self.event(
            BookingLinkIssued(
                conversation_id=self.id, booking_id=self.new_id(), turn_id=TURN, url=url, single_use=True
            ),
            minute,
        )

    def booked(
        self, minute: float = 4, *, demo_id: UUID | None = None, starts: float = 600
    ) -> CloudEvent[DemoBooked]:
        return self.event(
            DemoBooked(
                conversation_id=self.id,
                demo_id=demo_id or self.new_id(),
                starts_at=at(starts),
                ends_at=at(starts + 30),
                invitee_email="ada@example.com",
            ),
            minute,
        )

    def moved(
        self, demo_id: UUID, minute: float = 5, *, to_demo_id: UUID | None = None, starts: float = 700
    ) -> CloudEvent[DemoRescheduled]:
        return self.event(
            DemoRescheduled(
                conversation_id=self.id,
                demo_id=to_demo_id or self.new_id(),
                previous_demo_id=demo_id,
                starts_at=at(starts),
                ends_at=at(starts + 30),
            ),
            minute,
        )

    def canceled(self, demo_id: UUID, minute: float = 6) -> CloudEvent[DemoCanceled]:
        return self.event(
            DemoCanceled(conversation_id=self.id, demo_id=demo_id, canceled_by="invitee"), minute
        )
