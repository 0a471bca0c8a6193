"""What a proposal says and which tier fits: pure rules over the profile and the playbook."""

from services.proposal.domain.brief import Brief
from services.proposal.domain.check import Violation, violations_in
from services.proposal.domain.draft import draft_from_template
from services.proposal.domain.edit import DraftEdit, instructions_for, last_draft, settled, with_edit
from services.proposal.domain.redraft import draft_from_last, without_refused
from services.proposal.domain.tier import recommend_tier

__all__ = [
    "Brief",
    "DraftEdit",
    "Violation",
    "draft_from_last",
    "draft_from_template",
    "instructions_for",
    "last_draft",
    "recommend_tier",
    "settled",
    "violations_in",
    "with_edit",
    "without_refused",
]
