"""What the gateway does: hand a turn on and follow its reply, open conversations, show what is stored."""

from services.gateway.usecases.console import find_leads, read_lead
from services.gateway.usecases.opening import check_session, open_conversation
from services.gateway.usecases.reading import read_conversation, read_proposal, require_conversation
from services.gateway.usecases.taking_turns import FollowedTurn, take_turn

__all__ = [
    "FollowedTurn",
    "check_session",
    "find_leads",
    "open_conversation",
    "read_conversation",
    "read_lead",
    "read_proposal",
    "require_conversation",
    "take_turn",
]
