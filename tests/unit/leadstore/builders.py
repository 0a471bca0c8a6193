"""Events of a conversation, of which a test states only what matters."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID, uuid4, uuid5

from contracts import events
from contracts.cloudevent import CloudEvent, Event
from contracts.values import Profile, Proposal, Slot, Stage, TierRecommendation

Told = CloudEvent[Any]

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
TURN = UUID("22222222-2222-4222-8222-222222222222")
URL = "https://calendly.com/demo/30min"


def at(minute: float) -> datetime:
    """So many minutes after noon."""
    return NOON + timedelta(minutes=minute)


def slot(value: Any) -> Slot[Any]:
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


STARTER = TierRecommendation(
    tier="starter",
    name="Starter",
    monthly_price_usd=1250,
    includes=("one agent",),
    reason="a small team",
    would_change="a team of more than 15",
)


def by(tokens: tuple[int, int], cost_usd: float) -> dict[str, Any]:
    """Who wrote something, and what it cost."""
    author = "model" if tokens[1] else "script"
    return {"author": author, "input_tokens": tokens[0], "output_tokens": tokens[1], "cost_usd": cost_usd}


class Story:
    """What happens in one conversation; each part returns the event that tells of it."""

    def __init__(self, conversation_id: UUID | None = None) -> None:
        self.id = conversation_id or uuid4()
        self._sequences = count(1)
        self._names = count(1)

    def new_id(self) -> UUID:
        """An id that follows from the conversation's and from how many there were before."""
        return uuid5(self.id, str(next(self._names)))

    def event(self, kind: type[Event], minute: float, sequence: int | None = None, **fields: Any) -> Told:
        """An event told so many minutes after noon."""
        data, identity = kind(conversation_id=self.id, **fields), self.new_id()
        return CloudEvent(
            id=identity, source="test", time=at(minute), data=data, causation_id=None, sequence=sequence
        )

    def spoken(self, kind: type[Event], minute: float, **fields: Any) -> Told:
        """An event of dialogue: it has the next sequence."""
        return self.event(kind, minute, next(self._sequences), **fields)

    def turn(self, minute: float = 0, message: str = "Hello", *, source: str = "widget") -> Told:
        return self.event(events.TurnReceived, minute, turn_id=self.new_id(), message=message, source=source)

    def started(self, minute: float = 0) -> Told:
        return self.spoken(events.ConversationStarted, minute, source="widget")

    def answered(
        self,
        *turns: Told,
        minute: float = 1,
        reply: str = "Hi there.",
        stage: Stage = Stage.UNDERSTAND,
        tokens: tuple[int, int] = (0, 0),
        cost_usd: float = 0.0,
        **fields: Any,
    ) -> Told:
        fields = {"calendly_shown": False, "degraded": False, **by(tokens, cost_usd), **fields}
        turn_ids = tuple(turn.data.turn_id for turn in turns)
        return self.spoken(
            events.TurnAnswered,
            minute,
            reply_id=self.new_id(),
            answered_turn_ids=turn_ids,
            reply=reply,
            stage=stage,
            **fields,
        )

    def advanced(self, to_stage: Stage, minute: float = 1, *, from_stage: Stage = Stage.UNDERSTAND) -> Told:
        return self.spoken(events.StageAdvanced, minute, from_stage=from_stage, to_stage=to_stage)

    def told(self, profile: Profile, minute: float = 1) -> Told:
        changed = tuple(sorted(profile.known()))
        return self.spoken(events.ProfileUpdated, minute, profile=profile, changed=changed)

    def failed(self, turn: Told, minute: float = 1) -> Told:
        return self.spoken(events.TurnFailed, minute, turn_id=turn.data.turn_id, reason="poison")

    def unanswered(self, question: str, minute: float = 1) -> Told:
        return self.spoken(events.QuestionUnanswered, minute, turn_id=TURN, question=question)

    def chose(self, tier: str, minute: float = 1) -> Told:
        return self.spoken(events.TierChosen, minute, tier=tier)

    def wants_person(self, minute: float = 1) -> Told:
        return self.spoken(events.HandOverRequested, minute, turn_id=TURN)

    def closed(self, minute: float = 1, *, reason: str = "declined") -> Told:
        return self.spoken(events.ConversationClosed, minute, reason=reason)

    def stalled(self, minute: float) -> Told:
        silent_since = at(minute - 60)
        return self.spoken(
            events.ConversationStalled, minute, stage=Stage.UNDERSTAND, silent_since=silent_since
        )

    def erased(self, minute: float) -> Told:
        return self.spoken(events.ConversationErased, minute)

    def drafted(
        self,
        minute: float = 2,
        *,
        revision: int = 1,
        agent_name: str = "Appointment Desk",
        tokens: tuple[int, int] = (0, 0),
        cost_usd: float = 0.0,
        **fields: Any,
    ) -> Told:
        fields |= {"proposal_id": self.new_id(), "revision": revision, **by(tokens, cost_usd)}
        return self.event(
            events.ProposalDrafted,
            minute,
            turn_id=TURN,
            proposal=a_proposal(agent_name),
            tier=STARTER,
            **fields,
        )

    def linked(self, minute: float = 3, *, url: str = URL) -> Told:
        booking_id = self.new_id()
        return self.event(
            events.BookingLinkIssued, minute, booking_id=booking_id, turn_id=TURN, url=url, single_use=True
        )

    def booked(self, minute: float = 4, *, demo_id: UUID | None = None, starts: float = 600) -> Told:
        fields = {"demo_id": demo_id or self.new_id(), "invitee_email": "ada@example.com"}
        return self.event(events.DemoBooked, minute, starts_at=at(starts), ends_at=at(starts + 30), **fields)

    def moved(
        self, demo_id: UUID, minute: float = 5, *, to_demo_id: UUID | None = None, starts: float = 700
    ) -> Told:
        fields = {"demo_id": to_demo_id or self.new_id(), "previous_demo_id": demo_id}
        return self.event(
            events.DemoRescheduled, minute, starts_at=at(starts), ends_at=at(starts + 30), **fields
        )

    def canceled(self, demo_id: UUID, minute: float = 6) -> Told:
        return self.event(events.DemoCanceled, minute, demo_id=demo_id, canceled_by="invitee")
