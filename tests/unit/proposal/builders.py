"""Valid requests, of which a test states only what matters."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID, uuid4

from contracts.cloudevent import CloudEvent, originate
from contracts.events import ProposalRequested
from contracts.values import Profile, Proposal, Slot, TranscriptLine
from services.proposal.domain.brief import Brief
from services.proposal.domain.draft import draft_from_template
from services.proposal.ports import Written
from tests.support.playbooks import SHIPPED

ValueT = TypeVar("ValueT")
PLAYBOOK = SHIPPED
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
CONVERSATION = UUID("11111111-1111-4111-8111-111111111111")
TURN = UUID("22222222-2222-4222-8222-222222222222")
# What a model answers.
WORDS: dict[str, Any] = {
    "agent_name": "Appointment Desk",
    "summary": "Your clinic hands over the appointment emails. Patients hear back within an hour.",
    "does": ["reads every appointment email", "checks the calendar", "suggests a free time"],
    "to_look_at": ["signing by hand"],
    "integrations": [],
    "not_granted": None,
}


def told(value: ValueT, words: str | None = None, **more: Any) -> Slot[ValueT]:
    return Slot(value=value, words=str(value) if words is None else words, turn_id=TURN, **more)


def visitor(**known: Any) -> Profile:
    """A visitor of whom this is known: slots, or their values."""
    slots = {name: value if isinstance(value, Slot) else told(value) for name, value in known.items()}
    return Profile.model_validate(slots)


def clinic(**changes: Any) -> Profile:
    known = {
        "business_type": "a dental clinic",
        "team_size": 8,
        "challenge": "patients wait too long for an answer",
        "time_wasters": ("appointment emails", "reminders"),
        "tools": ("Gmail", "Google Calendar"),
        "task": "answering appointment emails",
        "steps": ("read the email", "check the calendar", "suggest a time", "handle refunds"),
        "out_of_scope": ("medical questions",),
        "hours_per_week": 6.0,
        "success_measure": "replies within an hour",
    }
    return visitor(**known | changes)


def a_request(profile: Any = None, *, said: Sequence[str] = (), **others: Any) -> ProposalRequested:
    """A request for a proposal; `said` is what the visitor wrote so far."""
    lines = tuple(TranscriptLine(role="visitor", text=text) for text in said)
    known = {"conversation_id": CONVERSATION, "turn_id": TURN, "revision": 1, "transcript": lines}
    return ProposalRequested(**{**known, "profile": clinic() if profile is None else profile, **others})


def a_brief(profile: Profile | None = None, **others: Any) -> Brief:
    return Brief.of(a_request(profile, **others), PLAYBOOK)


def drafted(profile: Profile | None = None, **others: Any) -> Proposal:
    return draft_from_template(a_brief(profile, **others))


def requested(data: ProposalRequested, uid: Any = None, time: Any = NOW) -> CloudEvent[ProposalRequested]:
    return originate(data, event_id=uid or uuid4(), source="dialogue", time=time)


class CountingWriter:
    """Words each proposal differently, as a model does; keeps what it was shown."""

    def __init__(self, *, not_granted: str | None = None, **worded: object) -> None:
        self.worded, self.not_granted = worded, not_granted
        self.shown: list[Brief] = []

    async def write(self, brief: Brief) -> Written:
        self.shown.append(brief)
        worded = {"agent_name": f"Desk {len(self.shown)}", **self.worded}
        proposal = draft_from_template(brief).model_copy(update=worded)
        spent: dict[str, Any] = {"input_tokens": 900, "output_tokens": 120, "cost_usd": 0.0035}
        return Written(proposal=proposal, not_granted=self.not_granted, model="m", **spent)
