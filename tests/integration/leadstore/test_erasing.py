"""An erased conversation leaves counts and times, and tells subscribers of leads to forget it."""

import asyncio
from uuid import uuid4

from httpx2 import AsyncClient

from chassis.migrations import run_migrations
from chassis.settings import DatabaseSettings
from contracts.cloudevent import Tombstone
from contracts.events import FollowUpRevoked, LeadErased, VisitorOptedOut
from contracts.registry import STREAMS
from contracts.values import Profile, Stage
from services.leadstore.adapters import tables
from services.leadstore.adapters.postgres_lead_store import _ENDED_AGAIN_AFTER_S
from services.leadstore.deliverer.adapters import tables as deliverer_tables
from services.leadstore.deliverer.adapters.postgres_deliveries import PostgresDeliveries
from services.leadstore.deliverer.domain import state_of
from services.leadstore.deliverer.migrations import LOCATION as DELIVERER_LOCATION
from services.leadstore.usecases import end_leads_again
from tests.integration.leadstore.conftest import Leadstore, RecordingLeads
from tests.support.schemas import emptied
from tests.unit.leadstore.builders import NOON, Story, at, slot

SECRET = "a secret of Ada Lovelace"
ADA = Profile(name=slot("Ada"), contact_email=slot("Ada@Lovelace.example"))


def everything_of(story: Story) -> list:
    """A conversation that says the secret wherever it can."""
    turn = story.turn(0, SECRET)
    asked = [story.unanswered(SECRET), story.told(ADA), story.advanced(Stage.PROPOSE), story.failed(turn)]
    drafted = [story.drafted(2, agent_name=SECRET, spent=(700, 120, 0.003)), story.linked(), story.booked()]
    return [
        turn,
        *asked,
        *drafted,
        story.agreed(4, "ada@lovelace.example", SECRET),
        story.answered(turn, reply=SECRET, calendly_shown=True, refused=("date",)),
    ]


async def rows_as_text(leadstore: Leadstore) -> str:
    return str([await leadstore.rows(table) for table in tables.metadata.sorted_tables])


async def test_nothing_that_was_said_stays_and_the_funnel_stays_true(
    leadstore: Leadstore, client: AsyncClient
) -> None:
    story, other = Story(), Story()
    await leadstore.project(*everything_of(story), other.turn(0, "mine"))
    await leadstore.links.withdraw(story.id, at(3))
    funnel = (await client.get("/funnel", params={"from": "2026-03-02", "to": "2026-03-02"})).json()

    await leadstore.project(story.erased(5))
    await leadstore.project(*everything_of(story))

    stored = await rows_as_text(leadstore)
    assert "mine" in stored
    for word in (SECRET, "Ada", "ovelace"):
        assert word not in stored
    after = (await client.get("/funnel", params={"from": "2026-03-02", "to": "2026-03-02"})).json()
    assert after["items"][0] == {**funnel["items"][0], "model_cost_usd": 0.006, **_per_conversation(after)}


def _per_conversation(funnel: dict) -> dict[str, float]:
    # What was said twice was paid twice; only the sum over the conversations differs.
    name = "model_cost_per_conversation_usd"
    return {name: funnel["items"][0][name]}


async def test_subscribers_are_told_once_and_then_the_lead_has_no_value(leadstore: Leadstore) -> None:
    story = Story()
    await leadstore.project(story.turn(0), story.told(ADA))

    told, ended = await leadstore.project(story.erased(5))
    again = await leadstore.project(story.turn(6), story.erased(7), story.booked(8))

    assert told.data == LeadErased(conversation_id=story.id, erased_at=at(5))
    assert (type(ended), ended.key, ended.value()) == (Tombstone, told.key, b"")
    assert again == []
    outbox = [row["value"] for row in await leadstore.rows(tables.outbox)]
    assert [value for value in outbox if value] == [told.value()]


async def test_a_lead_is_ended_once_more_in_a_later_segment_of_its_topic(leadstore: Leadstore) -> None:
    story, leads = Story(), RecordingLeads()
    await leadstore.project(story.turn(0))
    _, ended = await leadstore.project(story.erased(5))
    await end_leads_again(leadstore.store, leads, lambda: NOON)
    assert leads.published == []

    async with leadstore.engine.begin() as connection:
        await connection.execute(tables.lead_ending.update().values(due_at=NOON))
    for _ in range(2):
        await end_leads_again(leadstore.store, leads, lambda: NOON)

    (again,) = leads.published
    assert (again.key, again.value(), again.topic) == (ended.key, b"", ended.topic)
    assert again.id != ended.id
    assert (
        int(next(topic for topic in STREAMS if LeadErased in topic.events).config["segment.ms"]) / 1000
        < _ENDED_AGAIN_AFTER_S
    )


async def test_a_lead_that_is_not_known_is_ended_too(leadstore: Leadstore) -> None:
    told = await leadstore.project(Story().erased(5))
    assert [type(event.data) for event in told] == [LeadErased, LeadErased]


async def test_an_erasure_is_counted_and_what_was_erased_is_gone_and_not_unknown(
    leadstore: Leadstore, client: AsyncClient
) -> None:
    story = Story()
    await leadstore.project(*everything_of(story))
    early = await client.get(f"/conversations/{story.id}/erasure")

    erased = story.erased(5)
    await leadstore.project(erased)

    erasure = (await client.get(f"/conversations/{story.id}/erasure", params={"waits": True})).json()
    assert early.status_code == 404
    assert erasure["erased_at"] == at(5).isoformat().replace("+00:00", "Z")
    counted = {"messages": 2, "proposals": 1, "failed_turns": 1, "consents": 1, "lead_events": 1}
    assert erasure["deleted"] == counted
    for path in ("", "/proposals", "/export"):
        assert (await client.get(f"/conversations/{story.id}{path}")).status_code == 410


async def test_a_person_is_found_by_address_in_any_case_and_the_order_keeps_no_address(
    leadstore: Leadstore, client: AsyncClient
) -> None:
    stories, other = [Story(), Story()], Story()
    for story in stories:
        await leadstore.project(story.turn(0), story.told(ADA))
    await leadstore.project(other.turn(0), other.told(Profile(contact_email=slot("bob@x.example"))))

    order = (await client.post("/erasure-orders", json={"email": " ada@\x00LOVELACE.example "})).json()
    await leadstore.project(stories[0].erased(5))
    followed = (await client.get(f"/erasure-orders/{order['order_id']}")).json()

    assert set(order["conversation_ids"]) == {str(story.id) for story in stories}
    assert [each["conversation_id"] for each in followed["erasures"]] == [str(stories[0].id)]
    assert "lovelace" not in str(await leadstore.rows(tables.erasure_order)).lower()
    nobody = (await client.post("/erasure-orders", json={"email": "carol@x.example"})).json()
    assert nobody["conversation_ids"] == []
    # Whoever never answered is known to others.
    elsewhere = [str(uuid4()), str(stories[0].id)]
    given = {"email": "ada@lovelace.example", "conversation_ids": elsewhere}
    more = (await client.post("/erasure-orders", json=given)).json()
    assert sorted(more["conversation_ids"]) == sorted({*order["conversation_ids"], *elsewhere})
    assert (await client.get(f"/erasure-orders/{uuid4()}")).status_code == 404


async def test_an_export_holds_every_row_of_a_conversation_and_of_no_other(
    leadstore: Leadstore, client: AsyncClient
) -> None:
    story, other, not_begun = Story(), Story(), Story()
    await leadstore.project(*everything_of(story), *everything_of(other), not_begun.told(ADA))
    await leadstore.links.withdraw(story.id, NOON)

    export = (await client.get(f"/conversations/{story.id}/export")).json()
    everything = (await client.post("/exports", json={"email": "ada@lovelace.example"})).json()

    rows = export["records"] | {"model_use": export["model_uses"]}
    own = [table for table in tables.metadata.sorted_tables if "conversation_id" in table.c]
    assert rows.keys() - {"delivery.state"} == {"conversation", "data_key", *(table.name for table in own)}
    # Nothing is erased, ordered or encrypted here; of all else the conversation has something.
    assert {name for name, found in rows.items() if not found} == {
        *("erasure", "erasure_order", "lead_ending", "data_key", *({"delivery.state"} & rows.keys()))
    }
    assert export["conversation"]["profile"]["name"]["words"] == "Ada"
    assert str(other.id) not in str(export)
    assert {each["conversation"]["conversation_id"] for each in everything["conversations"]} == {
        str(story.id),
        str(other.id),
    }


async def test_an_export_holds_what_subscribers_are_told_where_a_deliverer_runs(
    leadstore: Leadstore, client: AsyncClient, database_url: str
) -> None:
    story, other = Story(), Story()
    leads = await leadstore.project(*everything_of(story), *everything_of(other))
    where = {"script_location": DELIVERER_LOCATION, "schema": "delivery"}
    await asyncio.to_thread(run_migrations, DatabaseSettings.at(database_url), **where)
    async with emptied(database_url, deliverer_tables.metadata) as engine:
        deliveries = PostgresDeliveries(engine)
        for lead in leads:
            await deliveries.take(state_of(lead))
        export = (await client.get(f"/conversations/{story.id}/export")).json()

    (told,) = export["records"]["delivery.state"]
    assert told["data"]["lead"]["profile"]["name"]["value"] == "Ada"
    assert str(other.id) not in str(export)


async def test_a_consent_is_kept_with_its_wording_whatever_follows_and_found_by_its_address(
    leadstore: Leadstore, client: AsyncClient
) -> None:
    story, said = Story(), Story()
    turn = story.turn(0)
    given = story.agreed(1, "Ada@Lovelace.example")
    revoked = story.event(FollowUpRevoked, 2, source="api")
    opted_out = story.event(VisitorOptedOut, 3)
    await leadstore.project(turn, given, given, revoked, said.turn(0, "ada@lovelace.example"))
    await leadstore.project(opted_out, revoked)

    everything = (await client.post("/exports", json={"email": "ada@lovelace.example"})).json()

    (export,) = everything["conversations"]
    kept = sorted(export["records"]["consent"], key=lambda row: row["at"])
    changes = [(row["change"], row["source"], row["wording"], row["timezone"]) for row in kept]
    assert changes == [
        ("follow_up_allowed", "widget", "One mail.", "Europe/Berlin"),
        ("follow_up_revoked", "api", None, None),
        ("opted_out", "email", None, None),
    ]
    assert kept[0]["at"].startswith(at(1).date().isoformat())
