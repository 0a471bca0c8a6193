"""What the gateway says about leadstore's documents is what leadstore answers."""

import pytest
from pydantic import BaseModel

from services.gateway.api import documents
from services.leadstore import domain as leadstore


@pytest.mark.parametrize(
    ("said", "answered"),
    [
        (documents.Transcript, leadstore.Transcript),
        (documents.Message, leadstore.TranscriptMessage),
        (documents.ConversationSummary, leadstore.ConversationSummary),
        (documents.ConversationPage, leadstore.Page),
        (documents.LeadPage, leadstore.Page),
        (documents.ListedLead, leadstore.ListedLead),
        (documents.AskedQuestion, leadstore.AskedQuestion),
    ],
)
def test_a_document_has_leadstores_members(said: type[BaseModel], answered: type[BaseModel]) -> None:
    # The link is signed, and only the gateway can sign.
    assert said.model_fields.keys() - {"proposal_url"} == answered.model_fields.keys()
