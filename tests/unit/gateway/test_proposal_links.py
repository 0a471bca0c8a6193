"""A link opens one proposal for a while and nothing else, and its visitor or whoever may takes it back."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from httpx2 import AsyncClient, Response
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.domain import AccessControl, ProposalLinks, Visitor
from services.gateway.errors import ProposalLinkInvalid
from tests.support.gateway_fakes import CHAT_KEY, DESK_KEY, MANAGE_KEY, READ_KEY, SECRET, FakeOutside
from tests.support.playbooks import SHIPPED
from tests.unit.gateway.builders import CONVERSATION, LINKS, a_folder

PATH = f"/conversation/{CONVERSATION}/proposal-link"
SESSION = AccessControl((SECRET,)).issue(Visitor(CONVERSATION))


@pytest.fixture
def outside() -> FakeOutside:
    outside = FakeOutside()
    outside.read_model.folders[CONVERSATION] = a_folder().model_dump_json().encode()
    return outside


@given(token=st.text(max_size=80) | st.just(SESSION))
def test_whatever_is_not_a_link_is_refused(token: str) -> None:
    with pytest.raises(ProposalLinkInvalid):
        LINKS.read(token)


def test_a_link_leads_to_where_visitors_reach_us() -> None:
    public = ProposalLinks((SECRET,), lasts=timedelta(days=90), public_url="https://chat.example.com/")
    assert public.address(CONVERSATION, "http://10.0.0.7/").startswith("https://chat.example.com/proposal/")
    assert LINKS.address(CONVERSATION, "http://10.0.0.7/").startswith("http://10.0.0.7/proposal/")


async def test_a_withdrawn_link_is_gone_but_no_later_one(client: AsyncClient, outside: FakeOutside) -> None:
    async def opened(withdrawn_at: datetime) -> Response:
        folder = a_folder().model_copy(update={"links_withdrawn_at": withdrawn_at})
        outside.read_model.folders[CONVERSATION] = folder.model_dump_json().encode()
        return await client.get(f"/proposal/{LINKS.issue(CONVERSATION)}")

    gone = await opened(datetime.now(UTC))

    assert (gone.status_code, SHIPPED.proposal_page.missing.heading in gone.text) == (410, True)
    assert "Appointment Desk" not in gone.text
    assert gone.headers["cache-control"] == "private, no-store"
    assert gone.headers["referrer-policy"] == "no-referrer"
    assert (await opened(datetime.now(UTC) - timedelta(minutes=1))).status_code == 200


def test_clocks_that_differ_a_little_spare_no_link() -> None:
    link = LINKS.read(LINKS.issue(CONVERSATION))
    assert link.is_older_than(link.issued_at - timedelta(seconds=1))
    assert not link.is_older_than(link.issued_at - timedelta(seconds=5))


MAY = {"visitor": SESSION, "manager": MANAGE_KEY}
STRANGER = AccessControl((SECRET,)).issue(Visitor(uuid4()))
MAY_NOT = {"chat": CHAT_KEY, "read": READ_KEY, "desk": DESK_KEY, "a stranger": STRANGER}
UNKNOWN = {"the link itself": LINKS.issue(CONVERSATION), "nobody": ""}
WHO = {**dict.fromkeys(MAY, 204), **dict.fromkeys(MAY_NOT, 403), **dict.fromkeys(UNKNOWN, 401)}


@pytest.mark.parametrize(("who", "status"), WHO.items(), ids=WHO)
async def test_who_may_withdraw(client: AsyncClient, outside: FakeOutside, who: str, status: int) -> None:
    bearer = {**MAY, **MAY_NOT, **UNKNOWN}[who]
    answer = await client.delete(PATH, headers={"authorization": f"Bearer {bearer}"})
    assert answer.status_code == status
    assert outside.read_model.withdrawn == [CONVERSATION] * (status == 204)


async def test_what_is_not_withdrawn_is_not_said_to_be(client: AsyncClient, outside: FakeOutside) -> None:
    key = {"x-api-key": MANAGE_KEY}
    unknown = await client.delete(f"/conversation/{uuid4()}/proposal-link", headers=key)
    outside.read_model.is_away = True
    away = await client.delete(PATH, headers=key)
    assert (unknown.status_code, away.status_code) == (404, 503)
