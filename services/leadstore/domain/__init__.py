"""The pure part: what events say about conversations, transcripts, leads and the funnel."""

from services.leadstore.domain.conversation import Conversation, fold
from services.leadstore.domain.demos import Demo
from services.leadstore.domain.funnel import FunnelDay, FunnelStep, Step, check_period, funnel_days
from services.leadstore.domain.leads import changed_leads, lead_changes, lead_of, what_changed
from services.leadstore.domain.pages import ConversationSummary, Page, Position, next_cursor, summary_of
from services.leadstore.domain.projection import Projection, project
from services.leadstore.domain.transcript import (
    FailedTurn,
    Message,
    Transcript,
    TranscriptMessage,
    in_order,
    transcript_of,
)

__all__ = [
    "Conversation",
    "ConversationSummary",
    "Demo",
    "FailedTurn",
    "FunnelDay",
    "FunnelStep",
    "Message",
    "Page",
    "Position",
    "Projection",
    "Step",
    "Transcript",
    "TranscriptMessage",
    "changed_leads",
    "check_period",
    "fold",
    "funnel_days",
    "in_order",
    "lead_changes",
    "lead_of",
    "next_cursor",
    "project",
    "summary_of",
    "transcript_of",
    "what_changed",
]
