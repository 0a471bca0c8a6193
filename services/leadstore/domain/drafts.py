"""The revisions of a proposal, and what a reader with its link may see."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from pydantic import Field

from contracts.cloudevent import CloudEvent, Event
from contracts.events import ProposalDrafted
from contracts.proposal_folder import ProposalFolder, ProposalRevision
from contracts.text import CleanText
from contracts.values import Author, Proposal, Stage, TierRecommendation, Value, origin_of
from playbook.public_words import anonymized, names_in
from services.leadstore.domain.conversation import Conversation

# Who the visitor is and where to reach them is nobody's business but theirs and ours.
_PRIVATE = ("name", "contact_email", "contact_phone", "contact_time")


class Draft(Value):
    """One revision. Never changed once it is stored; of old ones the author is not known."""

    conversation_id: UUID
    revision: int
    proposal_id: UUID
    proposal: Proposal
    tier: TierRecommendation
    author: Author | None
    drafted_at: datetime
    translations: Mapping[str, CleanText] = Field(default_factory=dict)
    playbook: CleanText | None = None


def draft_of(event: CloudEvent[Event]) -> Draft | None:
    """The draft in the event; None when it holds none."""
    if not isinstance(event.data, ProposalDrafted):
        return None
    drafted = event.data
    return Draft(
        conversation_id=drafted.conversation_id,
        revision=drafted.revision,
        proposal_id=drafted.proposal_id,
        proposal=drafted.proposal,
        tier=drafted.tier,
        author=drafted.author,
        drafted_at=event.time,
        translations=drafted.translations,
        playbook=drafted.playbook,
    )


def folder_of(
    conversation: Conversation, drafts: Iterable[Draft], *, links_withdrawn_at: datetime | None = None
) -> ProposalFolder | None:
    """The revisions as they are shown, None when there is none. Of two drafts with one number one counts."""
    in_order = sorted(drafts, key=lambda draft: (draft.revision, draft.proposal_id))
    by_revision = {draft.revision: draft for draft in in_order}
    if not by_revision or conversation.erased_at is not None:
        return None
    profile = conversation.profile
    names = names_in(profile)
    revisions = (_shown(by_revision[number]) for number in sorted(by_revision, reverse=True))
    return ProposalFolder(
        conversation_id=conversation.id,
        profile=anonymized(profile.model_copy(update=dict.fromkeys(_PRIVATE)), names),
        booking_url=conversation.booking_url,
        revisions=tuple(anonymized(revision, names) for revision in revisions),
        is_said=conversation.stage.position >= Stage.PROPOSE.position,
        links_withdrawn_at=links_withdrawn_at,
        chosen_tier=conversation.wishes.chosen_tier,
    )


def _shown(draft: Draft) -> ProposalRevision:
    return ProposalRevision(
        revision=draft.revision,
        proposal=draft.proposal,
        tier=draft.tier,
        drafted_at=draft.drafted_at,
        written_by=origin_of(draft.author) if draft.author else None,
        translations=draft.translations,
        playbook=draft.playbook,
    )
