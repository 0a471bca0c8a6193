"""A conversation seen as a lead, and what of it changed."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from contracts.cloudevent import CloudEvent, caused_by
from contracts.events import LeadChanged
from contracts.read_model import ListedLead
from contracts.values import Lead
from playbook import ScoreRule
from services.leadstore.domain.conversation import Conversation
from services.leadstore.domain.projection import Projection
from services.leadstore.domain.scoring import score_of
from services.leadstore.domain.spending import Spent

SERVICE = "leadstore"
_PLAIN_FACTS = (
    *("status", "stage", "source", "started_at", "proposal", "tier", "booking_url", "demo_at"),
    *("chosen_tier", "wants_person", "closed", "unanswered_questions", "proposal_written_by", "score"),
    "demo_missed",
    "campaign",
)


def lead_of(conversation: Conversation, scoring: ScoreRule | None = None) -> Lead | None:
    """The lead, whole. It exists from the visitor's first message on, so that none is lost.

    Without a rule for the score it has none.
    """
    if conversation.started_at is None or conversation.source is None or conversation.changed_at is None:
        return None
    return Lead(
        conversation_id=conversation.id,
        status=conversation.status,
        stage=conversation.stage,
        source=conversation.source,
        profile=conversation.profile,
        proposal=conversation.proposal,
        tier=conversation.tier,
        booking_url=conversation.booking_url,
        demo_at=conversation.demo_at,
        started_at=conversation.started_at,
        changed_at=conversation.changed_at,
        chosen_tier=conversation.wishes.chosen_tier,
        wants_person=conversation.wishes.person_wanted_at is not None,
        closed=conversation.closed,
        unanswered_questions=conversation.wishes.unanswered_questions,
        proposal_written_by=conversation.proposal_written_by,
        score=score_of(conversation, scoring),
        demo_missed=conversation.demo_missed,
        campaign=conversation.campaign,
    )


def listed_lead_of(
    conversation: Conversation, spent: Spent, scoring: ScoreRule | None = None
) -> ListedLead | None:
    """The lead as a list shows it."""
    lead = lead_of(conversation, scoring)
    if lead is None:
        return None
    return ListedLead(
        **dict(lead),
        **dict(spent),
        last_message_at=conversation.last_message_at,
        person_wanted_at=conversation.wishes.person_wanted_at,
    )


def what_changed(
    before: Conversation, after: Conversation, scoring: ScoreRule | None = None
) -> tuple[str, ...]:
    """The names of the facts that differ; slots as `profile.<slot>`. Empty when nothing is to be published.

    An erased conversation is no lead any more.
    """
    if after.erased_at is not None or not after.has_begun:
        return ()
    old, new = _facts(before, scoring), _facts(after, scoring)
    return tuple(name for name in old | new if old.get(name) != new.get(name))


def changed_leads(projection: Projection, scoring: ScoreRule | None = None) -> dict[UUID, tuple[str, ...]]:
    """By conversation, what of its lead the batch changed; leads that did not change are left out."""
    pairs = ((projection.before[id_], after) for id_, after in projection.after.items())
    changed = {after.id: what_changed(before, after, scoring) for before, after in pairs}
    return {id_: names for id_, names in changed.items() if names}


def lead_changes(
    projection: Projection,
    changed: Mapping[UUID, Iterable[str]],
    unpublished: Mapping[UUID, Iterable[str]],
    *,
    now: datetime,
    scoring: ScoreRule | None = None,
) -> list[CloudEvent[LeadChanged]]:
    """The events to publish for a batch: one for each lead that changed.

    Args:
        unpublished: by conversation, what changed according to earlier events that were never published.
    """
    events = []
    for conversation_id, names in changed.items():
        after = projection.after[conversation_id]
        lead = lead_of(after, scoring)
        assert lead is not None
        all_names = tuple(dict.fromkeys((*unpublished.get(conversation_id, ()), *names)))
        event = caused_by(
            projection.causes[conversation_id],
            LeadChanged(conversation_id=conversation_id, lead=lead, changed=all_names),
            source=SERVICE,
            time=now,
            # Grows with every change, so that a subscriber can distinguish an older record from a newer one.
            sequence=after.version,
        )
        events.append(event)
    return events


def _facts(conversation: Conversation, scoring: ScoreRule | None) -> dict[str, object]:
    lead = lead_of(conversation, scoring)
    if lead is None:
        return {}
    facts = {name: getattr(lead, name) for name in _PLAIN_FACTS}
    facts |= {f"profile.{slot}": getattr(lead.profile, slot) for slot in type(lead.profile).model_fields}
    return {name: fact for name, fact in facts.items() if fact not in (None, False, ())}
