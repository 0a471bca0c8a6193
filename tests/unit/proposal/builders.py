"""Valid requests, of which a test states only what matters."""

from datetime import UTC, datetime
from typing import TypeVar
from uuid import UUID, uuid4

from contracts.cloudevent import CloudEvent, originate
from contracts.events import ProposalRequested
from contracts.values import Profile, Proposal, Slot, TranscriptLine
from playbook import Playbook
from services.proposal.domain.brief import Brief
from services.proposal.domain.draft import draft_from_template
from services.proposal.ports import Written
from tests.support.playbooks import SHIPPED

ValueT = TypeVar("ValueT")

PLAYBOOK: Playbook = SHIPPED
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
CONVERSATION = UUID("11111111-1111-4111-8111-111111111111")
TURN = UUID("22222222-2222-4222-8222-222222222222")


def told(value: ValueT, words: str | None = None, *, up_to: ValueT | None = None) -> Slot[ValueT]:
    """A slot with this value, said in these words."""
    said = str(value) if words is None else words
    return Slot(value=value, words=said, turn_id=TURN, up_to=up_to)


def clinic() -> Profile:
    """A visitor of whom everything that shapes a proposal is known."""
    return Profile(
        business_type=told("a dental clinic"),
        team_size=told(8),
        challenge=told("patients wait too long for an answer"),
        time_wasters=told(("appointment emails", "reminders")),
        tools=told(("Gmail", "Google Calendar")),
        task=told("answering appointment emails"),
        steps=told(("read the email", "check the calendar", "suggest a time", "handle refunds")),
        out_of_scope=told(("medical questions",)),
        hours_per_week=told(6.0),
        success_measure=told("replies within an hour"),
    )


def a_request(
    profile: Profile | None = None,
    *,
    change_wish: str | None = None,
    revision: int = 1,
    last_proposal: Proposal | None = None,
    said: tuple[str, ...] = (),
    chosen_tier: str | None = None,
) -> ProposalRequested:
    """A request for a proposal; `said` is what the visitor wrote so far."""
    return ProposalRequested(
        conversation_id=CONVERSATION,
        turn_id=TURN,
        revision=revision,
        profile=clinic() if profile is None else profile,
        change_wish=change_wish,
        last_proposal=last_proposal,
        transcript=tuple(TranscriptLine(role="visitor", text=text) for text in said),
        chosen_tier=chosen_tier,
    )


def a_brief(change_wish: str | None = None, *, revision: int = 1) -> Brief:
    """The brief of a request."""
    return Brief.of(a_request(change_wish=change_wish, revision=revision), PLAYBOOK)


def drafted(request: ProposalRequested) -> Proposal:
    """What the template makes of a request."""
    return draft_from_template(Brief.of(request, PLAYBOOK))


def requested(
    data: ProposalRequested, event_id: UUID | None = None, *, time: datetime = NOW
) -> CloudEvent[ProposalRequested]:
    """The request as it arrives."""
    return originate(data, event_id=event_id or uuid4(), source="dialogue", time=time)


class CountingWriter:
    """Words each proposal differently, as a model does; counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    async def write(self, brief: Brief) -> Written:
        """The template under a name of its own."""
        self.asked += 1
        draft = draft_from_template(brief)
        named = draft.model_copy(update={"agent_name": f"Desk {self.asked}"})
        return Written(proposal=named, model="m", input_tokens=900, output_tokens=120, cost_usd=0.0035)
