"""The domain: conversations, transcripts, leads and the funnel, folded from events."""

from services.leadstore.domain.changes import change_of
from services.leadstore.domain.consents import ConsentChange
from services.leadstore.domain.conversation import Conversation, fold
from services.leadstore.domain.demos import Demo
from services.leadstore.domain.drafts import Draft, folder_of
from services.leadstore.domain.erasing import erased_of, lead_ended, lead_erased
from services.leadstore.domain.export import ConversationExport, PersonExport, Records, export_of
from services.leadstore.domain.funnel import FunnelStep, check_period, funnel_days
from services.leadstore.domain.leads import (
    changed_leads,
    lead_changes,
    lead_of,
    listed_lead_of,
    what_changed,
)
from services.leadstore.domain.outcomes import outcomes_of
from services.leadstore.domain.pages import ConversationSummary, Page, Position, next_cursor, summary_of
from services.leadstore.domain.projection import Projection, project
from services.leadstore.domain.records import record_of
from services.leadstore.domain.refusals import Refusal
from services.leadstore.domain.scoring import score_of
from services.leadstore.domain.search import asked_words
from services.leadstore.domain.spending import NOTHING, ModelUse, Spent, spent
from services.leadstore.domain.transcript import (
    FailedTurn,
    Message,
    Transcript,
    in_order,
    transcript_of,
)

__all__ = [
    "NOTHING",
    "ConsentChange",
    "Conversation",
    "ConversationExport",
    "ConversationSummary",
    "Demo",
    "Draft",
    "FailedTurn",
    "FunnelStep",
    "Message",
    "ModelUse",
    "Page",
    "PersonExport",
    "Position",
    "Projection",
    "Records",
    "Refusal",
    "Spent",
    "Transcript",
    "asked_words",
    "change_of",
    "changed_leads",
    "check_period",
    "erased_of",
    "export_of",
    "fold",
    "folder_of",
    "funnel_days",
    "in_order",
    "lead_changes",
    "lead_ended",
    "lead_erased",
    "lead_of",
    "listed_lead_of",
    "next_cursor",
    "outcomes_of",
    "project",
    "record_of",
    "score_of",
    "spent",
    "summary_of",
    "transcript_of",
    "what_changed",
]
