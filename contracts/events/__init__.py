"""Every event of the product, one module per publisher."""

from contracts.events.booking import BookingLinkIssued, DemoBooked, DemoCanceled, DemoRescheduled
from contracts.events.dialogue import (
    BookingRequested,
    ConversationErased,
    ConversationStalled,
    ConversationStarted,
    ProfileUpdated,
    ProposalRequested,
    StageAdvanced,
    TurnAnswered,
    TurnFailed,
)
from contracts.events.gateway import CalendarNotified, TurnReceived
from contracts.events.leadstore import LeadChanged
from contracts.events.proposal import ProposalDrafted

__all__ = [
    "BookingLinkIssued",
    "BookingRequested",
    "CalendarNotified",
    "ConversationErased",
    "ConversationStalled",
    "ConversationStarted",
    "DemoBooked",
    "DemoCanceled",
    "DemoRescheduled",
    "LeadChanged",
    "ProfileUpdated",
    "ProposalDrafted",
    "ProposalRequested",
    "StageAdvanced",
    "TurnAnswered",
    "TurnFailed",
    "TurnReceived",
]
