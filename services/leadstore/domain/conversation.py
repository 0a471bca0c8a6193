"""What is known of a conversation, and how an event adds to it.

Four streams carry events of one conversation, no order holds between them, and any record may come twice. So
every fact is a register that does not depend on order: the earliest, the latest, the furthest, or the one
with the highest stamp. Folding the same events in any order, any number of times, ends in the same state.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import computed_field

from contracts.cloudevent import CloudEvent, Event
from contracts.events import (
    BookingLinkIssued,
    ConversationErased,
    ConversationStalled,
    ConversationStarted,
    DemoBooked,
    DemoCanceled,
    DemoNoShow,
    DemoRescheduled,
    PersonAnswered,
    ProfileUpdated,
    ProposalDrafted,
    SpeakerChanged,
    StageAdvanced,
    TurnAnswered,
    TurnReceived,
)
from contracts.mail import SentMail
from contracts.values import (
    Author,
    Channel,
    Closing,
    LeadStatus,
    Origin,
    Profile,
    Proposal,
    SpeakerKind,
    Stage,
    TierRecommendation,
    Value,
    origin_of,
)
from services.leadstore.domain.demos import Demo, booked_demo, ended, missed, stated
from services.leadstore.domain.search import search_words
from services.leadstore.domain.wishes import Wishes, wishes_after

Changes = dict[str, Any]
NIL = UUID(int=0)


class Speaking(Value):
    """Who speaks to the visitor; the event with the highest sequence counts."""

    speaker: SpeakerKind = "bot"
    name: str | None = None
    fence: int = 0
    sequence: int = 0


class Conversation(Value):
    """The registers of one conversation. The times are those of the events."""

    id: UUID
    version: int = 0
    source: Channel | None = None
    started_at: datetime | None = None
    stage: Stage = Stage.UNDERSTAND
    stage_at: datetime | None = None
    profile: Profile = Profile()
    profile_sequence: int = 0
    profile_at: datetime | None = None
    proposal: Proposal | None = None
    tier: TierRecommendation | None = None
    proposal_id: UUID = NIL
    proposal_revision: int = 0
    proposal_author: Author | None = None
    proposed_at: datetime | None = None
    booking_url: str | None = None
    link_issued_at: datetime | None = None
    link_sent_at: datetime | None = None
    demos: tuple[Demo, ...] = ()
    demos_at: datetime | None = None
    wishes: Wishes = Wishes()
    speaking: Speaking = Speaking()
    stalled_at: datetime | None = None
    last_turn_at: datetime | None = None
    last_message_at: datetime | None = None
    last_sequence: int = 0
    erased_at: datetime | None = None
    campaign: str | None = None
    campaign_at: datetime | None = None

    @computed_field  # type: ignore[prop-decorator]  # mypy cannot decorate properties yet
    @property
    def status(self) -> LeadStatus:
        """How far the lead has come."""
        if booked_demo(self.demos) is not None:
            return LeadStatus.BOOKED
        if any(demo.end == "canceled" for demo in self.demos):
            return LeadStatus.CANCELED
        if self.link_sent_at is not None:
            return LeadStatus.LINK_SENT
        return LeadStatus.PROPOSED if self.proposal_revision else LeadStatus.TALKING

    @computed_field  # type: ignore[prop-decorator]  # mypy cannot decorate properties yet
    @property
    def demo_at(self) -> datetime | None:
        """When the demo takes place, None while none is booked."""
        demo = booked_demo(self.demos)
        return demo.starts_at if demo else None

    @property
    def demo_is_private(self) -> bool:
        """Whether the time of the demo that is booked is for the sales team alone."""
        demo = booked_demo(self.demos)
        return demo is not None and demo.is_private

    @property
    def demo_missed(self) -> bool:
        """Whether the visitor did not come to the demo that is booked."""
        demo = booked_demo(self.demos)
        return demo is not None and demo.is_missed

    @computed_field  # type: ignore[prop-decorator]  # mypy cannot decorate properties yet
    @property
    def changed_at(self) -> datetime | None:
        """When the lead last changed; chatting alone does not change it."""
        return latest(
            self.started_at,
            self.stage_at,
            self.profile_at,
            self.proposed_at,
            self.link_issued_at,
            self.link_sent_at,
            self.demos_at,
            self.wishes.changed_at,
            self.erased_at,
        )

    @property
    def proposal_written_by(self) -> Origin | None:
        """Who wrote the proposal, None without one and of an old one of which nobody knows."""
        return origin_of(self.proposal_author) if self.proposal and self.proposal_author else None

    @computed_field  # type: ignore[prop-decorator]  # mypy cannot decorate properties yet
    @property
    def search_words(self) -> tuple[str, ...]:
        """The words by which the lead is found."""
        return search_words(self.id, self.profile)

    @property
    def has_begun(self) -> bool:
        """Whether a visitor's first message, or dialogue's event about it, has arrived."""
        return self.started_at is not None

    @property
    def closed(self) -> Closing | None:
        """How the visitor ended the conversation, None while it is open or a demo is booked."""
        return self.wishes.closed if booked_demo(self.demos) is None else None

    @property
    def is_silent(self) -> bool:
        """Whether the visitor went silent before a demo was booked, without a no, and has not come back."""
        if self.stalled_at is None or self.closed is not None:
            return False
        return latest(self.stalled_at, self.last_turn_at) == self.stalled_at


def fold(conversation: Conversation, event: CloudEvent[Event]) -> Conversation:
    """The conversation after `event`."""
    changes = _changes(conversation, event)
    changes["last_sequence"] = max(conversation.last_sequence, event.sequence or 0)
    changes["wishes"] = wishes_after(conversation.wishes, event)
    if conversation.erased_at is not None or "erased_at" in changes:
        changes |= _FORGOTTEN
    return conversation.model_copy(update=changes)


# What an erased conversation never holds again, whatever still arrives.
_FORGOTTEN: Changes = {
    "profile": Profile(),
    "proposal": None,
    "tier": None,
    "booking_url": None,
    "demos": (),
    "wishes": Wishes(),
    "campaign": None,
}


def _changes(conversation: Conversation, event: CloudEvent[Event]) -> Changes:
    changes: Changes = {}
    match event.data:
        case TurnReceived() | ConversationStarted():
            changes = _opened(conversation, event.data, event.time)
        case TurnAnswered():
            changes = _answered(conversation, event.data, event.time)
        case PersonAnswered():
            changes = {"last_message_at": latest(conversation.last_message_at, event.time)}
        case SpeakerChanged():
            changes = _speaking(conversation.speaking, event.data, event.sequence or 0)
        case StageAdvanced(to_stage=stage):
            changes = _advanced(conversation, stage, event.time)
        case ProfileUpdated(profile=profile):
            changes = _with_profile(conversation, profile, event.sequence or 0, event.time)
        case ProposalDrafted():
            changes = _proposed(conversation, event.data, event.time)
        case BookingLinkIssued(url=url):
            changes = _linked(conversation, url, event.time)
        case DemoBooked() | DemoRescheduled() | DemoCanceled() | DemoNoShow():
            demos = _demos(conversation.demos, event.data, event.time)
            changes = {"demos": demos, "demos_at": latest(conversation.demos_at, event.time)}
        case ConversationStalled():
            changes = {"stalled_at": latest(conversation.stalled_at, event.time)}
        case ConversationErased():
            changes = {"erased_at": earliest(conversation.erased_at, event.time)}
    return changes


def _opened(known: Conversation, opening: TurnReceived | ConversationStarted, at: datetime) -> Changes:
    changes: Changes = {}
    if isinstance(opening, TurnReceived):
        changes["last_turn_at"] = latest(known.last_turn_at, at)
        changes["last_message_at"] = latest(known.last_message_at, at)
        changes |= _invited(known, opening.mails)
    if known.started_at is None or (at, opening.source) < (known.started_at, known.source or ""):
        changes |= {"started_at": at, "source": opening.source}
    return changes


def _invited(known: Conversation, mails: tuple[SentMail, ...]) -> Changes:
    """The campaign of the first mail that the visitor got."""
    named = [(mail.sent_at, mail.campaign) for mail in mails if mail.campaign is not None]
    before = [(known.campaign_at, known.campaign)] if known.campaign_at and known.campaign else []
    first = min([*named, *before], default=(None, None))
    return dict(zip(("campaign_at", "campaign"), first, strict=True)) if named else {}


def _answered(known: Conversation, answer: TurnAnswered, at: datetime) -> Changes:
    changes = _advanced(known, answer.stage, at)
    changes["last_message_at"] = latest(known.last_message_at, at)
    if answer.calendly_shown:
        changes["link_sent_at"] = earliest(known.link_sent_at, at)
    return changes


def _speaking(known: Speaking, changed: SpeakerChanged, sequence: int) -> Changes:
    if sequence <= known.sequence:
        return {}
    speaking = Speaking(speaker=changed.speaker, name=changed.name, fence=changed.fence, sequence=sequence)
    return {"speaking": speaking}


def _advanced(known: Conversation, stage: Stage, at: datetime) -> Changes:
    if stage is Stage.UNDERSTAND or stage.position < known.stage.position:
        return {}
    if stage is known.stage:
        return {"stage_at": earliest(known.stage_at, at)}
    return {"stage": stage, "stage_at": at}


def _with_profile(known: Conversation, profile: Profile, sequence: int, at: datetime) -> Changes:
    if sequence <= known.profile_sequence:
        return {}
    return {"profile": profile, "profile_sequence": sequence, "profile_at": at}


def _proposed(known: Conversation, draft: ProposalDrafted, at: datetime) -> Changes:
    if (draft.revision, draft.proposal_id) <= (known.proposal_revision, known.proposal_id):
        return {}
    return {
        "proposal": draft.proposal,
        "tier": draft.tier,
        "proposal_id": draft.proposal_id,
        "proposal_revision": draft.revision,
        "proposal_author": draft.author,
        "proposed_at": at,
    }


def _linked(known: Conversation, url: str, at: datetime) -> Changes:
    if known.link_issued_at is not None and (at, url) <= (known.link_issued_at, known.booking_url or ""):
        return {}
    return {"booking_url": url, "link_issued_at": at}


def _demos(
    demos: tuple[Demo, ...],
    event: DemoBooked | DemoRescheduled | DemoCanceled | DemoNoShow,
    at: datetime,
) -> tuple[Demo, ...]:
    match event:
        case DemoBooked() | DemoRescheduled():
            if isinstance(event, DemoRescheduled):
                demos = ended(demos, event.previous_demo_id, "rescheduled")
            is_private = not event.is_proven
            return stated(demos, event.demo_id, starts_at=event.starts_at, said_at=at, is_private=is_private)
        case DemoCanceled():
            return ended(demos, event.demo_id, "canceled")
        case DemoNoShow():
            return missed(demos, event.demo_id, is_missed=not event.is_taken_back, said_at=at)


def latest(*times: datetime | None) -> datetime | None:
    """The last of the times that are known."""
    return max((time for time in times if time is not None), default=None)


def earliest(*times: datetime | None) -> datetime | None:
    """The first of the times that are known."""
    return min((time for time in times if time is not None), default=None)
