"""What the gateway says about leadstore's documents is what leadstore answers."""

import pytest
from pydantic import BaseModel

from services.gateway.api import documents
from services.leadstore import domain as leadstore

OWN_NAMES = {"Message": "TranscriptMessage", "ConversationPage": "Page", "LeadPage": "Page"}
NAMES = ("Transcript", "ConversationSummary", "ListedLead", "AskedQuestion", *OWN_NAMES)
PAIRS = [(getattr(documents, name), getattr(leadstore, OWN_NAMES.get(name, name))) for name in NAMES]


@pytest.mark.parametrize(("said", "answered"), PAIRS, ids=NAMES)
def test_a_document_has_leadstores_members(said: type[BaseModel], answered: type[BaseModel]) -> None:
    # The link is signed, and only the gateway can sign.
    assert said.model_fields.keys() - {"proposal_url"} == answered.model_fields.keys()
