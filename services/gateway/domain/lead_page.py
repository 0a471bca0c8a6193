"""What the console shows of one lead: the transcript, and the visitor's words behind every fact."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import AwareDatetime

from contracts.read_model import LeadRecord, RecordedUse
from contracts.values import (
    Channel,
    Closing,
    LeadStatus,
    Origin,
    Profile,
    Score,
    Slot,
    SpeakerKind,
    Stage,
    TierRecommendation,
    Value,
)
from services.gateway.domain.proposal_versions import ProposalVersion, proposal_versions

_LABELS = {
    "contact_email": "E-mail",
    "contact_phone": "Phone",
    "contact_time": "When to call",
    "hours_per_week": "Hours a week",
}


class LeadMessage(Value):
    """A message of leadstore's transcript, as far as the console shows it."""

    id: UUID
    role: str
    text: str
    at: AwareDatetime
    written_by: Origin
    degraded: bool = False
    failed: bool = False
    suggestions: tuple[str, ...] = ()
    name: str | None = None


class LeadDocument(Value):
    """Leadstore's transcript, as far as the console shows it."""

    conversation_id: UUID
    status: LeadStatus
    stage: Stage
    source: Channel
    started_at: AwareDatetime
    last_message_at: AwareDatetime | None
    is_silent: bool
    messages: tuple[LeadMessage, ...]
    profile: Profile
    tier: TierRecommendation | None
    chosen_tier: str | None
    booking_url: str | None
    demo_at: AwareDatetime | None
    wants_person: bool
    last_sequence: int = 0
    speaker: SpeakerKind = "bot"
    person: str | None = None
    closed: Closing | None
    unanswered_questions: tuple[str, ...]
    campaign: str | None = None
    model_cost_usd: float
    input_tokens: int
    output_tokens: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """A fact about the visitor, the words it was read from, and the message they stand in.

    `message_id` is None where the transcript does not hold that message. What `is_from_website` was told by
    the website with that message, whose words do not say it.
    """

    label: str
    value: str
    words: str
    message_id: UUID | None
    confidence_percent: int
    is_from_website: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredReason:
    """What of a lead earned points, with the words behind it, and the message that they stand in."""

    points: int
    says: str
    quote: str | None
    message_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CostLine:
    """What one model took for one purpose."""

    purpose: str
    model: str
    uses: int
    input_tokens: int
    output_tokens: int
    cost_usd: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadView:
    """Everything the page of a lead shows, each text still to be escaped."""

    document: LeadDocument
    record: LeadRecord
    title: str
    evidence: tuple[Evidence, ...]
    reasons: tuple[ScoredReason, ...]
    missing: tuple[str, ...]
    versions: tuple[ProposalVersion, ...]
    costs: tuple[CostLine, ...]


def lead_view(document: LeadDocument, record: LeadRecord) -> LeadView:
    """The page of a lead."""
    said = {message.id for message in document.messages}
    profile = document.profile
    return LeadView(
        document=document,
        record=record,
        title=title_of(profile),
        evidence=tuple(_evidence(profile, said)),
        reasons=tuple(_scored(record.score, said)),
        missing=tuple(label_of(name) for name in Profile.model_fields if getattr(profile, name) is None),
        versions=proposal_versions(record.drafts),
        costs=_costs(record.uses),
    )


def title_of(profile: Profile) -> str:
    """What a lead is called in a list: the name, or the business, or neither."""
    name, business = profile.name, profile.business_type
    if name and business:
        return f"{name.value} · {business.value}"
    known = name or business or profile.contact_email
    return known.value if known else "Unknown visitor"


def label_of(slot: str) -> str:
    """The name of a slot for people."""
    return _LABELS.get(slot) or slot.replace("_", " ").capitalize()


def value_of(slot: Slot[Any]) -> str:
    """The value of a slot in one line."""
    if slot.up_to is not None:
        return f"{_written(slot.value)}\u2013{_written(slot.up_to)}"
    return _written(slot.value)


def _costs(uses: Iterable[RecordedUse]) -> tuple[CostLine, ...]:
    groups: dict[tuple[str, str], list[RecordedUse]] = {}
    for use in uses:
        groups.setdefault((use.purpose, use.model or "unknown"), []).append(use)
    return tuple(
        CostLine(
            purpose=purpose,
            model=model,
            uses=len(group),
            input_tokens=sum(use.input_tokens for use in group),
            output_tokens=sum(use.output_tokens for use in group),
            cost_usd=sum(use.cost_usd for use in group),
        )
        for (purpose, model), group in groups.items()
    )


def _written(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(_written, value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def _scored(score: Score | None, said: set[UUID]) -> Iterable[ScoredReason]:
    for reason in score.reasons if score else ():
        yield ScoredReason(
            points=reason.points,
            says=reason.says,
            quote=reason.quote,
            message_id=reason.turn_id if reason.turn_id in said else None,
        )


def _evidence(profile: Profile, said: set[UUID]) -> Iterable[Evidence]:
    for name in Profile.model_fields:
        slot: Slot[Any] | None = getattr(profile, name)
        if slot is not None:
            yield Evidence(
                label=label_of(name),
                value=value_of(slot),
                words=slot.words,
                message_id=slot.turn_id if slot.turn_id in said else None,
                confidence_percent=round(slot.confidence * 100),
                is_from_website=slot.told_by == "website",
            )
