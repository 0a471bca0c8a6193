"""Who may do what, which turn a request is, and what the page of a proposal shows."""

from services.gateway.domain.doorkeeper import ApiKey, Credentials, Doorkeeper, Scope, Visitor
from services.gateway.domain.proposal_links import ProposalLinks
from services.gateway.domain.proposal_page import ProposalPage, proposal_page
from services.gateway.domain.turns import BEGINNING, Position, Turn, turn_of

__all__ = [
    "BEGINNING",
    "ApiKey",
    "Credentials",
    "Doorkeeper",
    "Position",
    "ProposalLinks",
    "ProposalPage",
    "Scope",
    "Turn",
    "Visitor",
    "proposal_page",
    "turn_of",
]
