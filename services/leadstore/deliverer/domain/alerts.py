"""What a team is alerted to: a lead that qualified, asks for a person, or booked. Each thing once.

A chat message cannot be taken back when a lead is erased, so it holds nothing that names a person: the link
leads to what the console knows.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from contracts.events import LeadChanged
from contracts.values import Lead, LeadStatus, Score
from services.leadstore.deliverer.domain.delivery import Delivery, Memory

_TOLD = "told"


@dataclass(frozen=True, slots=True)
class Alert:
    """What is said, and what is remembered to have been said."""

    lines: tuple[str, ...]
    memory: Memory


def alert_of(delivery: Delivery, link: str | None) -> Alert | None:
    """What is new to whoever was told before; None when nothing is, and of an erased lead."""
    if delivery.state.is_erased:
        return None
    lead = LeadChanged.model_validate(dict(delivery.state.data)).lead
    told = frozenset(delivery.memory.get(_TOLD, "").split())
    new = {sign: title for sign, title in _signs(lead) if sign not in told}
    if not new:
        return None
    lines = (*new.values(), *_facts(lead), *([link] if link else [f"Conversation {lead.conversation_id}"]))
    return Alert(lines, {**delivery.memory, _TOLD: " ".join(sorted(told | new.keys()))})


def _signs(lead: Lead) -> Iterator[tuple[str, str]]:
    if lead.status is LeadStatus.BOOKED and lead.demo_at is not None:
        at = lead.demo_at
        # Another time is another booking to whoever prepares it.
        yield f"booked@{at.isoformat()}", f"*A demo is booked* for {at:%A, %-d %B %Y, %H:%M} UTC"
    if lead.closed is not None:
        return
    if lead.wants_person:
        yield "person", "*A visitor asks for a person*"
    if lead.score is not None and lead.score.is_qualified:
        yield "qualified", f"*A lead is qualified* with {lead.score.points} points"


def _facts(lead: Lead) -> Iterator[str]:
    if lead.profile.business_type is not None:
        yield f"Business: {lead.profile.business_type.value}"
    if lead.profile.team_size is not None:
        yield f"Team: {lead.profile.team_size.value}"
    if lead.tier is not None:
        yield f"Tier: {lead.tier.name}"
    if lead.score is not None:
        yield f"Score {lead.score.points}: {_reasons(lead.score)}"


def _reasons(score: Score) -> str:
    return ", ".join(reason.says for reason in score.reasons if reason.points > 0) or "no reason"
