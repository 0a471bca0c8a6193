"""What the proposal service publishes."""

from collections.abc import Mapping
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from contracts.cloudevent import Event
from contracts.text import CleanText
from contracts.values import BotAuthor, Proposal, TierRecommendation


class ProposalDrafted(Event):
    """A proposal was written, with the tier that fits, and may be shown to the visitor.

    `chosen_tier` is the key of the tier that the visitor chose, whatever fits. `not_granted` says, in the
    visitor's language, why something they asked for is not in the proposal. `translations` and `playbook` are
    those of the request.
    """

    topic: ClassVar[str] = "proposal.events.v1"

    proposal_id: UUID
    turn_id: UUID
    revision: int = Field(ge=1)
    proposal: Proposal
    tier: TierRecommendation
    author: BotAuthor
    model: CleanText | None = None
    input_tokens: int = Field(default=0, ge=0)
    output_tokens: int = Field(default=0, ge=0)
    cost_usd: float = Field(default=0.0, ge=0)
    chosen_tier: CleanText | None = None
    not_granted: CleanText | None = None
    translations: Mapping[str, CleanText] = Field(default_factory=dict)
    playbook: CleanText | None = None
