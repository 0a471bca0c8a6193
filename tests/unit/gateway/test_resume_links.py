"""A link goes on with one conversation on any device for a while, and is good for nothing else."""

from datetime import timedelta
from uuid import uuid4

import pytest
from httpx2 import AsyncClient
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.domain import AccessControl, ResumeLinks, Visitor
from services.gateway.errors import ResumeLinkInvalid
from tests.support.gateway_fakes import CHAT_KEY, MANAGE_KEY, SECRET, FakeOutside
from tests.unit.gateway.builders import CONVERSATION, LINKS

RESUME = ResumeLinks((SECRET,), lasts=timedelta(days=14))
ISSUE = f"/conversation/{CONVERSATION}/resume-link"
SESSION = AccessControl((SECRET,)).issue(Visitor(CONVERSATION, "the first device"))


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


@given(token=st.text(max_size=80) | st.sampled_from((SESSION, LINKS.issue(CONVERSATION))))
def test_whatever_is_not_a_link_is_refused(token: str) -> None:
    with pytest.raises(ResumeLinkInvalid):
        RESUME.read(token)


async def test_its_visitor_goes_on_elsewhere_and_here(client: AsyncClient, outside: FakeOutside) -> None:
    outside.read_model.transcripts[CONVERSATION] = b'{"messages": []}'
    issued = await client.post(ISSUE, headers=bearer(SESSION))
    assert issued.status_code == 201
    page, _, token = issued.json()["url"].partition("#resume=")
    assert page == "http://gateway/"

    resumed = (await client.post("/resume", json={"token": token})).json()

    assert resumed["conversation_id"] == str(CONVERSATION)
    for session in (resumed["session_token"], SESSION):
        read = await client.get(f"/conversation/{CONVERSATION}", headers=bearer(session))
        assert read.status_code == 200
    other = await client.get(f"/conversation/{uuid4()}", headers=bearer(resumed["session_token"]))
    assert other.status_code == 403


async def test_who_may_make_a_link(client: AsyncClient, outside: FakeOutside) -> None:
    outside.read_model.transcripts[CONVERSATION] = b'{"messages": []}'
    stranger = AccessControl((SECRET,)).issue(Visitor(uuid4()))
    keys = {None: 401, stranger: 403, CHAT_KEY: 403, MANAGE_KEY: 201}
    for key, status in keys.items():
        answer = await client.post(ISSUE, headers=bearer(key) if key else {})
        assert answer.status_code == status, key
    unknown = await client.post(f"/conversation/{uuid4()}/resume-link", headers=bearer(MANAGE_KEY))
    assert unknown.status_code == 404


async def test_a_bad_link_and_one_to_what_was_erased_open_nothing(
    client: AsyncClient, outside: FakeOutside
) -> None:
    forged = await client.post("/resume", json={"token": LINKS.issue(CONVERSATION)})
    assert (forged.status_code, forged.json()["code"]) == (404, "resume-link-invalid")
    outside.idempotency_store.erased[CONVERSATION] = True
    erased = await client.post("/resume", json={"token": RESUME.issue(CONVERSATION)})
    assert (erased.status_code, "session_token" in erased.json()) == (410, False)
