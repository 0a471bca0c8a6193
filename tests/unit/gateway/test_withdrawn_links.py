"""A link to a proposal can be taken back, by its visitor and by whoever may."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from httpx2 import AsyncClient

from services.gateway.domain import AccessControl, ProposalLinks, Visitor
from tests.support.gateway_fakes import CHAT_KEY, DESK_KEY, MANAGE_KEY, READ_KEY, SECRET, FakeOutside
from tests.support.playbooks import SHIPPED
from tests.unit.gateway.builders import CONVERSATION, a_folder

LINKS = ProposalLinks((SECRET,), lasts=timedelta(days=90))
PATH = f"/conversation/{CONVERSATION}/proposal-link"


@pytest.fixture
def outside() -> FakeOutside:
    outside = FakeOutside()
    outside.read_model.folders[CONVERSATION] = a_folder().model_dump_json().encode()
    return outside


def withdrawn_at(outside: FakeOutside, at: datetime) -> None:
    folder = a_folder().model_copy(update={"links_withdrawn_at": at})
    outside.read_model.folders[CONVERSATION] = folder.model_dump_json().encode()


async def test_a_link_given_out_before_is_gone(client: AsyncClient, outside: FakeOutside) -> None:
    token = LINKS.issue(CONVERSATION)
    withdrawn_at(outside, datetime.now(UTC))

    answer = await client.get(f"/proposal/{token}")

    assert answer.status_code == 410
    assert "Appointment Desk" not in answer.text
    assert SHIPPED.proposal_page.missing.heading in answer.text
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"


async def test_a_link_given_out_later_opens_the_page(client: AsyncClient, outside: FakeOutside) -> None:
    withdrawn_at(outside, datetime.now(UTC) - timedelta(minutes=1))

    assert (await client.get(f"/proposal/{LINKS.issue(CONVERSATION)}")).status_code == 200


def test_clocks_that_differ_a_little_spare_no_link() -> None:
    link = LINKS.read(LINKS.issue(CONVERSATION))

    assert link.is_older_than(link.issued_at - timedelta(seconds=1))
    assert not link.is_older_than(link.issued_at - timedelta(seconds=5))


async def test_the_visitor_and_a_key_that_may_withdraw_links(
    client: AsyncClient, outside: FakeOutside
) -> None:
    token = AccessControl((SECRET,)).issue(Visitor(CONVERSATION))

    for headers in ({"authorization": f"Bearer {token}"}, {"x-api-key": MANAGE_KEY}):
        answer = await client.delete(PATH, headers=headers)
        assert (answer.status_code, answer.content) == (204, b"")
    assert outside.read_model.withdrawn == [CONVERSATION, CONVERSATION]


@pytest.mark.parametrize(
    ("bearer", "status"),
    [
        *((key, 403) for key in (CHAT_KEY, READ_KEY, DESK_KEY)),
        (AccessControl((SECRET,)).issue(Visitor(uuid4())), 403),
        (LINKS.issue(CONVERSATION), 401),
        ("", 401),
    ],
    ids=["chat", "read", "desk", "a stranger", "the link itself", "nobody"],
)
async def test_nobody_else_withdraws_links(
    client: AsyncClient, outside: FakeOutside, bearer: str, status: int
) -> None:
    answer = await client.delete(PATH, headers={"authorization": f"Bearer {bearer}"})

    assert answer.status_code == status
    assert outside.read_model.withdrawn == []


async def test_what_is_not_known_to_be_withdrawn_is_not_said_to_be(
    client: AsyncClient, outside: FakeOutside
) -> None:
    key = {"x-api-key": MANAGE_KEY}

    unknown = await client.delete(f"/conversation/{uuid4()}/proposal-link", headers=key)
    outside.read_model.is_away = True
    away = await client.delete(PATH, headers=key)

    assert (unknown.status_code, away.status_code) == (404, 503)
