"""What a proposal says and which tier fits: pure rules over the profile and the playbook."""

from services.proposal.domain.check import Violation, violations_in
from services.proposal.domain.draft import draft_from_template, not_granted, spoken
from services.proposal.domain.edit import DraftEdit, instructions_for, last_draft, settled, with_edit
from services.proposal.domain.redraft import draft_from_last, without_refused
from services.proposal.domain.tier import recommend_tier

__all__ = [
    "DraftEdit",
    "Violation",
    "draft_from_last",
    "draft_from_template",
    "instructions_for",
    "last_draft",
    "not_granted",
    "recommend_tier",
    "settled",
    "spoken",
    "violations_in",
    "with_edit",
    "without_refused",
]
