"""What the gateway does.

It counts requests, hands turns on and follows their replies, opens conversations, lets a person take them
over, takes deliveries of webhooks, shows what is stored, and has it erased.
"""

from services.gateway.usecases.console import (
    find_all_leads,
    find_leads,
    read_funnel,
    read_hand_overs,
    read_lead,
    read_questions,
    read_refusals,
)
from services.gateway.usecases.counting import count_request, refuse_exceeded
from services.gateway.usecases.erasing import erase_conversation, erase_person, erasures_of
from services.gateway.usecases.follow_up import allow_follow_up, revoke_follow_up
from services.gateway.usecases.identifying import find_conversation, remember_identity
from services.gateway.usecases.mail import in_mail_thread, receive_by_sns, receive_mail
from services.gateway.usecases.opening import (
    check_binding,
    check_session,
    open_conversation,
    require_not_erased,
)
from services.gateway.usecases.reading import read_conversation, read_proposal, require_conversation
from services.gateway.usecases.takeover import hand_back, speak, stay, take_over
from services.gateway.usecases.taking_turns import FollowedTurn, take_turn
from services.gateway.usecases.webhooks import publish_once, take_notification

__all__ = [
    "FollowedTurn",
    "allow_follow_up",
    "check_binding",
    "check_session",
    "count_request",
    "erase_conversation",
    "erase_person",
    "erasures_of",
    "find_all_leads",
    "find_conversation",
    "find_leads",
    "hand_back",
    "in_mail_thread",
    "open_conversation",
    "publish_once",
    "read_conversation",
    "read_funnel",
    "read_hand_overs",
    "read_lead",
    "read_proposal",
    "read_questions",
    "read_refusals",
    "receive_by_sns",
    "receive_mail",
    "refuse_exceeded",
    "remember_identity",
    "require_conversation",
    "require_not_erased",
    "revoke_follow_up",
    "speak",
    "stay",
    "take_notification",
    "take_over",
    "take_turn",
]
