"""Every event of the product, one module per publisher."""

from contracts.events.booking import BookingLinkIssued, DemoBooked, DemoCanceled, DemoRescheduled
from contracts.events.dialogue import (
    BookingRequested,
    ConversationClosed,
    ConversationErased,
    ConversationStalled,
    ConversationStarted,
    HandOverRequested,
    ProfileUpdated,
    ProposalRequested,
    QuestionUnanswered,
    StageAdvanced,
    TierChosen,
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
    "ConversationClosed",
    "ConversationErased",
    "ConversationStalled",
    "ConversationStarted",
    "DemoBooked",
    "DemoCanceled",
    "DemoRescheduled",
    "HandOverRequested",
    "LeadChanged",
    "ProfileUpdated",
    "ProposalDrafted",
    "ProposalRequested",
    "QuestionUnanswered",
    "StageAdvanced",
    "TierChosen",
    "TurnAnswered",
    "TurnFailed",
    "TurnReceived",
]
