"""What an operator reads in the console."""

from uuid import UUID

from contracts.read_model import LeadPage
from services.gateway.domain import LeadDocument, LeadView, lead_view
from services.gateway.ports import ReadModel


async def find_leads(
    read_model: ReadModel, *, limit: int, cursor: str | None, status: str | None
) -> LeadPage:
    """A page of leads, newest first. Raises QueryRefused, LeadstoreUnavailable."""
    return LeadPage.model_validate_json(await read_model.leads(limit=limit, cursor=cursor, status=status))


async def read_lead(conversation_id: UUID, read_model: ReadModel) -> LeadView:
    """Everything about one lead.

    Raises:
        ConversationUnknown: there is none.
        LeadstoreUnavailable: no answer.
    """
    document = await read_model.conversation(conversation_id, after_sequence=None)
    return lead_view(LeadDocument.model_validate_json(document))
