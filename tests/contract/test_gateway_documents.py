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
    ],
)
def test_a_document_has_the_members_leadstore_gives_it(
    said: type[BaseModel], answered: type[BaseModel]
) -> None:
    assert said.model_fields.keys() == answered.model_fields.keys()
