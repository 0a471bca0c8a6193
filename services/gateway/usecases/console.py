"""What an operator reads in the console."""

from uuid import UUID

from contracts.read_model import LeadPage, LeadQuery
from services.gateway.domain import LeadDocument, LeadView, lead_view
from services.gateway.ports import ReadModel


async def find_leads(wanted: LeadQuery, read_model: ReadModel) -> LeadPage:
    """A page of leads, newest first. Raises QueryRefused, LeadstoreUnavailable."""
    return LeadPage.model_validate_json(await read_model.leads(wanted))


async def read_lead(conversation_id: UUID, read_model: ReadModel) -> LeadView:
    """Everything about one lead.

    Raises:
        ConversationUnknown: there is none.
        LeadstoreUnavailable: no answer.
    """
    document = await read_model.conversation(conversation_id, after_sequence=None)
    return lead_view(LeadDocument.model_validate_json(document))
