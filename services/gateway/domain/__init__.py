"""Who may do what, which turn a request is, and what the page of a proposal shows."""

from services.gateway.domain.access_control import (
    SESSION_TTL_S,
    AccessControl,
    ApiKey,
    Credentials,
    Scope,
    Visitor,
)
from services.gateway.domain.lead_page import Evidence, LeadDocument, LeadView, lead_view, title_of
from services.gateway.domain.linked_data import linked_data
from services.gateway.domain.opening_request import OpeningRequest, fingerprint_of, is_guessable
from services.gateway.domain.operators import ConsoleSessions, Operator, SignInAttempts
from services.gateway.domain.proposal_links import ProposalLink, ProposalLinks
from services.gateway.domain.proposal_page import ProposalPage, proposal_page
from services.gateway.domain.sites import DEFAULT_SITE, SITE_KEY_PATTERN, Site, Sites
from services.gateway.domain.turns import BEGINNING, Position, Turn, turn_of

__all__ = [
    "BEGINNING",
    "DEFAULT_SITE",
    "SESSION_TTL_S",
    "SITE_KEY_PATTERN",
    "AccessControl",
    "ApiKey",
    "ConsoleSessions",
    "Credentials",
    "Evidence",
    "LeadDocument",
    "LeadView",
    "OpeningRequest",
    "Operator",
    "Position",
    "ProposalLink",
    "ProposalLinks",
    "ProposalPage",
    "Scope",
    "SignInAttempts",
    "Site",
    "Sites",
    "Turn",
    "Visitor",
    "fingerprint_of",
    "is_guessable",
    "lead_view",
    "linked_data",
    "proposal_page",
    "title_of",
    "turn_of",
]
