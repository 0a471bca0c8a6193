"""A team hears of a lead once in its chat, and a CRM has each lead once, whatever both answer."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncEngine

from contracts.values import LeadStatus, Profile
from tests.support.delivering import NOON, Delivering, changed, erased, qualified
from tests.support.fake_hubspot import TOKEN, FakeHubSpot
from tests.support.fake_slack import FakeSlack
from tests.unit.gateway.builders import told

ADA = Profile(
    name=told("Ada Lovelace", "I am Ada Lovelace"),
    contact_email=told("ada@example.com", "ada@example.com"),
    business_type=told("<!channel> R&D @here", "R&D"),
    task=told("invoices", "invoices"),
)
BOOKED: dict[str, Any] = {"status": LeadStatus.BOOKED, "demo_at": NOON}


async def test_a_team_is_alerted_to_each_thing_once_and_to_nobody_by_name(engine: AsyncEngine) -> None:
    lead, closed = uuid4(), uuid4()
    async with FakeSlack() as slack:
        delivering = Delivering(engine, ports=[slack.port])
        await delivering.add("sales", slack.url, "chat", "")
        worth = {"profile": ADA, "score": qualified()}
        stories = [
            [changed(lead, 1)],
            [changed(lead, 2, **worth), changed(closed, 1, **worth, closed="declined")],
            [changed(lead, 3, **worth)],
            [changed(lead, 4, **worth, wants_person=True)],
            [changed(lead, 5, **worth, wants_person=True, **BOOKED)],
            [erased(lead, 6)],
        ]
        heard = []
        async with delivering.running():
            for events in stories:
                await delivering.tell(*events)
                await delivering.settled("sales")
                heard.append(len(slack.texts))

    assert heard == [0, 1, 1, 2, 3, 3]
    first, second, third = slack.texts
    assert first.startswith("*A lead is qualified* with 80 points\n")
    assert second.startswith("*A visitor asks for a person*\n")
    assert third.startswith("*A demo is booked* for Monday, 2 March 2026, 12:00 UTC\n")
    assert f"https://chat.example.com/console/leads/{lead}" in first
    assert "&lt;!channel&gt; R&amp;D @\u200bhere" in first
    for text in slack.texts:
        assert not [word for word in ("Ada", "ada@", "<", "@here") if word in text]


async def test_a_chat_that_fails_for_a_while_hears_it_once(engine: AsyncEngine) -> None:
    async with FakeSlack() as slack:
        slack.faults.extend(
            [web.Response(status=429, headers={"Retry-After": "0"}), web.Response(status=503)]
        )
        delivering = Delivering(engine, ports=[slack.port])
        await delivering.add("sales", slack.url, "chat", "")
        await delivering.tell(changed(uuid4(), 1, score=qualified()))
        async with delivering.running():
            await delivering.settled("sales")
    assert len(slack.texts) == 1


def person(number: int) -> Profile:
    address = f"visitor{number}@example.com"
    return Profile(name=told(f"Visitor {number}", "me"), contact_email=told(address, address))


@pytest.mark.slow
async def test_a_crm_holds_every_lead_once_with_its_last_state_under_faults(engine: AsyncEngine) -> None:
    leads, strangers = [uuid4() for _ in range(40)], [uuid4() for _ in range(5)]
    async with FakeHubSpot({"hang": 1, "late": 3, "429": 4, "500": 5}) as crm:
        delivering = Delivering(engine, ports=[crm.port], timeout_s=1.0)
        await delivering.add("crm", crm.api_url, "crm", TOKEN)
        async with delivering.running():
            for sequence in (1, 2, 3):
                for number, lead in enumerate(leads):
                    profile = person(number) if sequence > 1 else Profile()
                    points = qualified(60 + sequence)
                    await delivering.tell(changed(lead, sequence, profile=profile, score=points))
            await delivering.tell(*(changed(lead, 1) for lead in strangers))
            await delivering.settled("crm", within_s=60)

    deals = {deal["salesbot_conversation_id"]: deal for deal in crm.objects["deals"].values()}
    assert len(crm.objects["deals"]) == len(deals) == len(crm.objects["contacts"]) == len(leads)
    assert set(map(UUID, deals)) == set(leads)
    assert {deal["salesbot_score"] for deal in deals.values()} == {"63"}
    assert {deal for deal, _ in crm.associated} == crm.objects["deals"].keys()
    assert {429, 500, 201, 200, 404} <= crm.statuses.keys()


async def test_a_person_who_is_known_there_is_one_contact_and_a_stage_of_sales_stays(
    engine: AsyncEngine,
) -> None:
    first, second = uuid4(), uuid4()
    async with FakeHubSpot() as crm:
        crm.objects["contacts"]["7"] = {"email": "ada@example.com", "lastname": "Byron"}
        delivering = Delivering(engine, ports=[crm.port])
        await delivering.add("crm", crm.api_url, "crm", TOKEN)
        async with delivering.running():
            await delivering.tell(changed(first, 1, wants_person=True))
            await delivering.settled("crm")
            await delivering.tell(changed(first, 2, profile=ADA), changed(second, 1, profile=ADA))
            await delivering.settled("crm")
            for deal in crm.objects["deals"].values():
                deal["dealstage"] = "closedwon"
            await delivering.tell(changed(second, 2, profile=ADA, **BOOKED))
            await delivering.settled("crm")

    assert crm.objects["contacts"]["7"]["lastname"] == "Lovelace"
    assert {contact for _, contact in crm.associated} >= {"7"}
    assert [deal["dealstage"] for deal in crm.objects["deals"].values()] == ["closedwon"] * 2
    assert [deal["salesbot_status"] for deal in crm.objects["deals"].values()] == ["talking", "booked"]


async def test_an_erasure_deletes_what_was_made_and_leaves_what_was_there(engine: AsyncEngine) -> None:
    known, new = uuid4(), uuid4()
    async with FakeHubSpot({"500": 10}) as crm:
        crm.objects["contacts"]["7"] = {"email": "ada@example.com", "lastname": "Byron"}
        delivering = Delivering(engine, ports=[crm.port])
        await delivering.add("crm", crm.api_url, "crm", TOKEN)
        async with delivering.running():
            await delivering.tell(changed(known, 1, profile=ADA), changed(new, 1, profile=person(1)))
            await delivering.settled("crm")
            await delivering.tell(erased(known, 2), erased(new, 2))
            await delivering.settled("crm")

    assert crm.objects["deals"] == {}
    assert list(crm.objects["contacts"]) == ["7"]
    assert len(crm.forgotten) == 1


async def test_a_token_that_is_refused_is_said_and_nothing_is_lost(engine: AsyncEngine) -> None:
    async with FakeHubSpot() as crm:
        delivering = Delivering(engine, ports=[crm.port], delays_s=(0.01,))
        await delivering.add("crm", crm.api_url, "crm", "another token")
        await delivering.tell(changed(uuid4(), 1, profile=ADA))
        async with delivering.running():
            await delivering.settled("crm")
            (dead,) = await delivering.deliveries.listed("crm", "dead", 10)
            assert dead.reason == "status 401"
            await delivering.subscriptions.set_secrets("crm", (TOKEN,))
            delivering.dispatcher.refresh()
            await delivering.deliveries.replay("crm", None, everything=False)
            await delivering.settled("crm")
    assert len(crm.objects["deals"]) == 1
