"""The link below a mail: opening it changes nothing, one click of a person or of a mailbox ends the mails."""

from uuid import UUID

import pytest
from httpx2 import AsyncClient

from chassis.mail import MailTokens
from contracts.events import MailUnsubscribed
from tests.support.gateway_fakes import SECRET, FakeOutside
from tests.support.playbooks import SHIPPED

CONVERSATION = UUID("0b9f7b6e-54a1-4c0e-9d7e-6f2d1c2b3a49")
NUMBER = "3f2a9c0b71d4e856"
LINK = f"/u/{MailTokens((SECRET,)).token(CONVERSATION)}.{NUMBER}"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def unsubscribed(outside: FakeOutside) -> list[MailUnsubscribed]:
    return [event.data for event in outside.publisher.published if isinstance(event.data, MailUnsubscribed)]


async def test_opening_the_link_asks_and_changes_nothing(client: AsyncClient, outside: FakeOutside) -> None:
    page = await client.get(LINK)
    assert (page.status_code, SHIPPED.mail.asks.heading in page.text) == (200, True)
    assert 'method="post"' in page.text
    assert "form-action 'self'" in page.headers["content-security-policy"]
    assert (await client.head(LINK)).status_code == 200
    assert not unsubscribed(outside)


@pytest.mark.parametrize("encoding", ["urlencoded", "multipart"])
async def test_one_click_unsubscribes_without_a_question(
    client: AsyncClient, outside: FakeOutside, encoding: str
) -> None:
    said = (
        {"data": ONE_CLICK}
        if encoding == "urlencoded"
        else {"files": {"List-Unsubscribe": (None, "One-Click")}}
    )
    for _ in range(2):
        page = await client.post(LINK, **said)
        assert (page.status_code, SHIPPED.mail.done.heading in page.text) == (200, True)
    said_once = {event.id for event in outside.publisher.published}
    assert (len(said_once), set(unsubscribed(outside))) == (
        1,
        {MailUnsubscribed(conversation_id=CONVERSATION, number=NUMBER)},
    )


@pytest.mark.parametrize("link", [LINK[:-1], LINK.replace(".", ""), "/u/x", LINK.replace("/u/", "/u/a")])
async def test_a_link_that_is_not_ours_unsubscribes_nobody(
    client: AsyncClient, outside: FakeOutside, link: str
) -> None:
    for page in (await client.get(link), await client.post(link, data=ONE_CLICK)):
        assert (page.status_code, SHIPPED.mail.invalid.heading in page.text) == (404, True)
    assert (await client.post(LINK, data={"something": "else"})).status_code == 400
    assert not unsubscribed(outside)


async def test_the_page_speaks_the_language_of_the_browser(client: AsyncClient) -> None:
    german = await client.get(LINK, headers={"accept-language": "nl-NL, de-AT;q=0.9, en;q=0.5"})
    assert SHIPPED.languages["de"].mail.asks.heading in german.text
    assert '<html lang="de">' in german.text
