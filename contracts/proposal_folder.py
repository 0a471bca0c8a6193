"""The proposals of a conversation, as leadstore sends them to the gateway over HTTP."""

from collections.abc import Mapping
from uuid import UUID

from pydantic import AwareDatetime, Field

from contracts.text import CleanText
from contracts.values import Origin, Profile, Proposal, TierRecommendation, Value


class ProposalRevision(Value):
    """One revision of the proposal, with the tier that was recommended with it.

    Who wrote an old one is not known. `translations` are the words around it in a language that the playbook
    has no file for. `playbook` is the digest of what the conversation was told by then.
    """

    revision: int
    proposal: Proposal
    tier: TierRecommendation
    drafted_at: AwareDatetime
    written_by: Origin | None = None
    translations: Mapping[str, CleanText] = Field(default_factory=dict)
    playbook: CleanText | None = None


class ProposalFolder(Value):
    """All revisions, newest first, and what the visitor told; who the visitor is stands nowhere in it."""

    conversation_id: UUID
    profile: Profile
    booking_url: CleanText | None
    revisions: tuple[ProposalRevision, ...]
    is_said: bool = True
    """Whether leadstore knows that the visitor was shown a proposal, and so the profile it was made from."""
    links_withdrawn_at: AwareDatetime | None = None
    """Links to the proposal that were given out before do not open it any more."""
    chosen_tier: CleanText | None = None
    """The key of the tier that the visitor chose, None while the recommended one stands alone."""

    def revision(self, number: int | None) -> ProposalRevision | None:
        """The revision with this number, without one the newest; None when there is no such."""
        if number is None:
            return next(iter(self.revisions), None)
        return next((kept for kept in self.revisions if kept.revision == number), None)
