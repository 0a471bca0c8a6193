"""Every event of the product, one module per publisher."""

from contracts.events.booking import BookingLinkIssued, DemoBooked, DemoCanceled, DemoRescheduled
from contracts.events.dialogue import (
    BookingRequested,
    ConversationClosed,
    ConversationErased,
    ConversationStalled,
    ConversationStarted,
    ErasureRecorded,
    HandOverRequested,
    PersonAnswered,
    ProfileUpdated,
    ProposalRequested,
    QuestionUnanswered,
    SpeakerChanged,
    StageAdvanced,
    TierChosen,
    TurnAnswered,
    TurnFailed,
)
from contracts.events.gateway import (
    CalendarNotified,
    ErasureRequested,
    PersonHandedBack,
    PersonSpoke,
    PersonTookOver,
    TurnReceived,
)
from contracts.events.leadstore import LeadChanged, LeadErased
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
    "ErasureRecorded",
    "ErasureRequested",
    "HandOverRequested",
    "LeadChanged",
    "LeadErased",
    "PersonAnswered",
    "PersonHandedBack",
    "PersonSpoke",
    "PersonTookOver",
    "ProfileUpdated",
    "ProposalDrafted",
    "ProposalRequested",
    "QuestionUnanswered",
    "SpeakerChanged",
    "StageAdvanced",
    "TierChosen",
    "TurnAnswered",
    "TurnFailed",
    "TurnReceived",
]
