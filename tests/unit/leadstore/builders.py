"""Events of a conversation, of which a test states only what matters."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID, uuid4, uuid5

from contracts import events
from contracts.cloudevent import CloudEvent, Event
from contracts.mail import SentMail
from contracts.values import Profile, Proposal, Slot, Stage
from tests.unit.gateway.builders import TURN, a_revision, told

Told = CloudEvent[Any]
FREE = (0, 0, 0.0)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
URL = "https://calendly.com/demo/30min"


def at(minute: float) -> datetime:
    return NOON + timedelta(minutes=minute)


def slot(value: Any) -> Slot[Any]:
    return told(value, str(value))


def a_proposal(agent_name: str = "Desk") -> Proposal:
    return a_revision(agent_name=agent_name).proposal


def by(tokens_in: int, tokens_out: int, cost_usd: float) -> dict[str, Any]:
    author = "model" if tokens_out else "script"
    return {"author": author, "input_tokens": tokens_in, "output_tokens": tokens_out, "cost_usd": cost_usd}


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
        data, named = kind(conversation_id=self.id, **fields), {"id": self.new_id(), "source": "test"}
        return CloudEvent(**named, time=at(minute), data=data, causation_id=None, sequence=sequence)

    def spoken(self, kind: type[Event], minute: float, **fields: Any) -> Told:
        """An event of dialogue: it has the next sequence."""
        return self.event(kind, minute, next(self._sequences), **fields)

    def turn(
        self, minute: float = 0, message: str = "Hello", *, source: str = "widget", mails: Any = ()
    ) -> Told:
        said = {"turn_id": self.new_id(), "message": message, "source": source, "mails": mails}
        return self.event(events.TurnReceived, minute, **said)

    def mailed(self, text: str, minute: float, campaign: str | None = "spring") -> SentMail:
        """A mail of ours that the visitor got."""
        return SentMail(mail_id=self.new_id(), text=text, sent_at=at(minute), campaign=campaign)

    def started(self, minute: float = 0) -> Told:
        return self.spoken(events.ConversationStarted, minute, source="widget")

    def answered(self, *turns: Told, minute: float = 1, spent: Any = FREE, **fields: Any) -> Told:
        plain = {"reply": "Hi there.", "stage": Stage.UNDERSTAND, "calendly_shown": False, "degraded": False}
        ids = {"reply_id": self.new_id(), "answered_turn_ids": tuple(turn.data.turn_id for turn in turns)}
        return self.spoken(events.TurnAnswered, minute, **{**plain, **ids, **by(*spent), **fields})

    def advanced(self, to_stage: Stage, minute: float = 1) -> Told:
        return self.spoken(events.StageAdvanced, minute, from_stage=Stage.UNDERSTAND, to_stage=to_stage)

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
        silence = {"stage": Stage.UNDERSTAND, "silent_since": at(minute - 60)}
        return self.spoken(events.ConversationStalled, minute, **silence)

    def agreed(self, minute: float, email: str, wording: str = "One mail.") -> Told:
        consent = {"email": email, "wording": wording, "source": "widget", "timezone": "Europe/Berlin"}
        return self.event(events.FollowUpAllowed, minute, consent=consent)

    def erased(self, minute: float) -> Told:
        return self.spoken(events.ConversationErased, minute)

    def drafted(self, minute: float = 2, *, agent_name: str = "Desk", spent: Any = FREE, **more: Any) -> Told:
        drafted = {"proposal": a_proposal(agent_name), "tier": a_revision().tier, **by(*spent)}
        drafted |= {"proposal_id": self.new_id(), "revision": 1, "turn_id": TURN, **more}
        return self.event(events.ProposalDrafted, minute, **drafted)

    def linked(self, minute: float = 3, *, url: str = URL) -> Told:
        link = {"booking_id": self.new_id(), "turn_id": TURN, "url": url, "single_use": True}
        return self.event(events.BookingLinkIssued, minute, **link)

    def booked(
        self, minute: float = 4, *, demo_id: UUID | None = None, starts: float = 600, **more: Any
    ) -> Told:
        fields = {"demo_id": demo_id or self.new_id(), "invitee_email": "ada@example.com"} | more
        return self.event(events.DemoBooked, minute, starts_at=at(starts), ends_at=at(starts + 30), **fields)

    def moved(self, demo_id: UUID, minute: float = 5, *, to_demo_id: Any = None, starts: float = 700) -> Told:
        fields = {"demo_id": to_demo_id or self.new_id(), "previous_demo_id": demo_id}
        times = {"starts_at": at(starts), "ends_at": at(starts + 30)}
        return self.event(events.DemoRescheduled, minute, **times, **fields)

    def canceled(self, demo_id: UUID, minute: float = 6) -> Told:
        return self.event(events.DemoCanceled, minute, demo_id=demo_id, canceled_by="invitee")

    def missed(self, demo_id: UUID, minute: float = 7, *, is_taken_back: bool = False) -> Told:
        return self.event(events.DemoNoShow, minute, demo_id=demo_id, is_taken_back=is_taken_back)
