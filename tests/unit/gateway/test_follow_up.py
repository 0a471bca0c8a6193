"""A visitor agrees to one mail in so many words, and may take that back; nobody else agrees for them."""

from uuid import uuid4

import pytest
from httpx2 import AsyncClient

from contracts.events import FollowUpAllowed, FollowUpRevoked
from services.gateway.domain import AccessControl, Visitor
from tests.support.gateway_fakes import CHAT_KEY, SECRET, FakeOutside
from tests.unit.gateway.builders import CONVERSATION

PATH = f"/conversation/{CONVERSATION}/follow-up"
BODY = {"email": "dana@clinic.example", "wording": "One mail.", "language": "de", "timezone": "Europe/Berlin"}


def session(conversation_id=CONVERSATION) -> dict[str, str]:
    return {"authorization": f"Bearer {AccessControl((SECRET,)).issue(Visitor(conversation_id))}"}


async def test_a_consent_is_recorded_as_it_was_given_and_taken_back(
    client: AsyncClient, outside: FakeOutside
) -> None:
    body = BODY | {"source": "widget"}
    assert (await client.put(PATH, json=body, headers=session())).status_code == 204
    assert (await client.delete(PATH, params={"source": "widget"}, headers=session())).status_code == 204

    allowed, revoked = (event.data for event in outside.publisher.published)
    assert isinstance(allowed, FollowUpAllowed)
    assert allowed.conversation_id == CONVERSATION
    assert allowed.consent.model_dump() == body
    assert revoked == FollowUpRevoked(conversation_id=CONVERSATION, source="widget")


async def test_a_repeated_request_is_recorded_once_and_a_new_consent_anew(
    client: AsyncClient, outside: FakeOutside
) -> None:
    for key in ("a", "a", "b", None, None):
        headers = session() | ({"idempotency-key": key} if key else {})
        assert (await client.put(PATH, json=BODY, headers=headers)).status_code == 204
    assert len({event.id for event in outside.publisher.published}) == 4


@pytest.mark.parametrize(
    "wrong",
    [
        {"email": "dana"},
        {"email": "dana@clinic.example\nbcc: all@clinic.example"},
        {"wording": " "},
        {"wording": "x" * 501},
        {"timezone": "x" * 65},
        {"source": "fax"},
    ],
)
async def test_what_is_no_consent_is_refused(client: AsyncClient, outside: FakeOutside, wrong: dict) -> None:
    assert (await client.put(PATH, json=BODY | wrong, headers=session())).status_code == 422
    assert outside.publisher.published == []


async def test_nobody_agrees_for_somebody_else_nor_where_all_was_erased(
    client: AsyncClient, outside: FakeOutside
) -> None:
    for headers, status in (({}, 401), (session(uuid4()), 403), ({"x-api-key": CHAT_KEY}, 403)):
        assert (await client.put(PATH, json=BODY, headers=headers)).status_code == status
        assert (await client.delete(PATH, headers=headers)).status_code == status
    await outside.idempotency_store.note_erasing(CONVERSATION)
    assert (await client.put(PATH, json=BODY, headers=session())).status_code == 410
    assert outside.publisher.published == []
