"""Projecting events, and reading what was projected."""

from services.leadstore.usecases.conversations import (
    read_changes,
    read_outcomes,
    read_proposals,
    read_transcript,
    withdraw_proposal_links,
)
from services.leadstore.usecases.counting import count_funnel
from services.leadstore.usecases.leads import (
    list_conversations,
    list_hand_overs,
    list_leads,
    read_funnel,
    read_record,
)
from services.leadstore.usecases.privacy import (
    export_conversation,
    export_person,
    order_erasure,
    read_erasure,
    read_order,
)
from services.leadstore.usecases.project import (
    end_leads_again,
    erase_again,
    forget_processed_events,
    project_events,
)

__all__ = [
    "count_funnel",
    "end_leads_again",
    "erase_again",
    "export_conversation",
    "export_person",
    "forget_processed_events",
    "list_conversations",
    "list_hand_overs",
    "list_leads",
    "order_erasure",
    "project_events",
    "read_changes",
    "read_erasure",
    "read_funnel",
    "read_order",
    "read_outcomes",
    "read_proposals",
    "read_record",
    "read_transcript",
    "withdraw_proposal_links",
]
