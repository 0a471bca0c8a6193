"""A proposal as leadstore tells of it, of which a test states only what matters."""

from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from contracts.proposal_folder import ProposalFolder, ProposalRevision
from contracts.values import Profile, Proposal, Slot, TierRecommendation
from services.gateway.domain import ProposalLinks
from tests.support.gateway_fakes import SECRET

ValueT = TypeVar("ValueT")

CONVERSATION = UUID("0d9cf8f2-6c1f-4f3f-9c55-0b0b3e6f4a11")
TURN = UUID("22222222-2222-4222-8222-222222222222")
DRAFTED_AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
LINKS = ProposalLinks((SECRET,), lasts=timedelta(days=90))
BOOKING_URL = "https://calendly.com/instaagents/discovery-demo?utm_content=1"


def told(value: ValueT, words: str) -> Slot[ValueT]:
    return Slot(value=value, words=words, turn_id=TURN)


CLINIC = Profile(
    business_type=told("dental clinic", "I run a small dental clinic."),
    challenge=told("the phone never stops", "The phone never stops."),
    hours_per_week=told(25.0, "About 25 hours a week."),
    success_measure=told("under 5", "It works if we get that under 5."),
)


PROPOSAL = Proposal(
    agent_name="Appointment Desk",
    summary="Takes appointments off your team.",
    does=("looks into the calendar", "offers two slots"),
    out_of_scope=("medical questions",),
    integrations=("Google Calendar",),
    hours_now_per_week=25.0,
    hours_saved_per_week=20.0,
    success_measure="under 5",
    delivery="First version in two weeks.",
)
GROWTH = TierRecommendation(
    tier="growth",
    name="Growth",
    monthly_price_usd=2500,
    includes=("up to three AI agents",),
    reason="You are a team of 22.",
    would_change="With 15 people or fewer it would be Starter.",
)


def a_revision(number: int = 1, *, in_tier: Any = None, **changes: object) -> ProposalRevision:
    """A revision; `changes` are of its proposal, `in_tier` of its recommendation."""
    proposal, tier = PROPOSAL.model_copy(update=changes), GROWTH.model_copy(update=in_tier)
    drafted_at = DRAFTED_AT + timedelta(days=number - 1)
    return ProposalRevision(revision=number, proposal=proposal, tier=tier, drafted_at=drafted_at)


def a_folder(*revisions: ProposalRevision, **changes: Any) -> ProposalFolder:
    """All revisions of the conversation's proposal; one unless told otherwise."""
    known = {"profile": CLINIC, "booking_url": BOOKING_URL, "revisions": revisions or (a_revision(),)}
    return ProposalFolder(conversation_id=CONVERSATION, **{**known, **changes})
