"""A visitor who qualifies is heard of in the team's chat, found in its CRM, and gone when erased."""

import asyncio
from collections.abc import AsyncIterator

import httpx2
import pytest

from tests.support.fake_hubspot import TOKEN, FakeHubSpot
from tests.support.fake_slack import FakeSlack
from tests.support.preloaded_service import PreloadedService
from tests.support.product import API_KEY, DENTIST, Product
from tests.support.waiting import until

# A contact is found by its address, and others of the product's visitors have the usual one.
EMAIL = "dana@heard-of.example"
LINES = tuple(line.replace("dana@whitfield-dental.example", EMAIL) for line in DENTIST)


@pytest.fixture
async def receivers(product: Product, logs) -> AsyncIterator[tuple[FakeSlack, FakeHubSpot]]:
    """Both, subscribed to a deliverer beside the product."""
    async with FakeSlack() as slack, FakeHubSpot() as crm:
        env = {**product.env, "DELIVERY_LAPTOP_PORTS": f"[{slack.port},{crm.port}]"}
        env["PUBLIC_URL"] = "https://chat.example.com"
        deliverer = PreloadedService("deliverer", env, logs)
        await asyncio.to_thread(deliverer.start)
        for wanted in (
            {"name": "team", "kind": "chat", "url": slack.url},
            {"name": "crm", "kind": "crm", "url": crm.api_url, "secret": TOKEN},
        ):
            answer = await asyncio.to_thread(httpx2.post, f"{deliverer.url}/subscriptions", json=wanted)
            assert answer.status_code == 201, answer.text
        yield slack, crm
        await asyncio.to_thread(deliverer.terminate)


@pytest.mark.slow
async def test_a_team_hears_of_a_lead_finds_it_and_loses_it_when_it_is_erased(product: Product, receivers):
    slack, crm = receivers
    visitor = product.visitor()
    await asyncio.to_thread(visitor.talk_to_the_link, LINES)

    def told() -> list[str]:
        """Of this lead: the product has others."""
        link = f"https://chat.example.com/console/leads/{visitor.conversation_id}"
        return [text for text in slack.texts if link in text]

    def kept(kind: str) -> list[dict[str, str]]:
        return [each for each in crm.objects[kind].values() if visitor.conversation_id in str(each)]

    await until(told, within_s=60)
    assert not [text for text in slack.texts if "Dana" in text or "whitfield" in text]
    await until(lambda: crm.associated, within_s=60)
    await until(lambda: "link_sent" in str(kept("deals")), within_s=60)
    (deal,), (contact,) = kept("deals"), kept("contacts")
    assert (contact["email"], contact["lastname"]) == (EMAIL, "Whitfield")
    assert (deal["salesbot_status"], deal["amount"]) == ("link_sent", "2500")
    assert "left an e-mail address: “" in deal["description"]

    url = f"{product.url}/conversation/{visitor.conversation_id}"
    erased = await asyncio.to_thread(
        httpx2.delete, url, headers={"Authorization": f"Bearer {API_KEY}"}, timeout=60
    )
    assert erased.status_code in {200, 202}
    await until(lambda: not kept("contacts") and not kept("deals"), within_s=60)
    assert len(told()) == 1
