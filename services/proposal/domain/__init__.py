"""What a proposal says and which tier fits: pure rules over the profile and the playbook."""

from services.proposal.domain.draft import draft_from_template, spoken
from services.proposal.domain.instructions import instructions_for
from services.proposal.domain.tier import recommend_tier
from services.proposal.domain.wording import Wording, faults_in, with_wording

__all__ = [
    "Wording",
    "draft_from_template",
    "faults_in",
    "instructions_for",
    "recommend_tier",
    "spoken",
    "with_wording",
]
