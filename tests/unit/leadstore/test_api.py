"""The HTTP side: documents of one shape, refusals that say why."""

from collections.abc import AsyncIterator
from uuid import uuid4

import httpx2
import pytest
from fastapi import FastAPI

from chassis.problems import install_problem_handlers
from contracts.values import Lead, Profile, Stage
from services.leadstore.adapters.in_process_notifier import InProcessNotifier
from services.leadstore.api import make_router
from tests.unit.leadstore.builders import NOON, URL, Story, at, slot
from tests.unit.leadstore.fakes import MemoryLeadStore, projected


@pytest.fixture
def store() -> MemoryLeadStore:
    return MemoryLeadStore()


@pytest.fixture
async def client(store: MemoryLeadStore) -> AsyncIterator[httpx2.AsyncClient]:
    app = FastAPI()
    app.include_router(make_router(store, store, InProcessNotifier(), clock=lambda: NOON))
    install_problem_handlers(app)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://leadstore") as client:
        yield client


async def test_a_transcript_says_all_that_is_known(
    store: MemoryLeadStore, client: httpx2.AsyncClient
) -> None:
    story = Story()
    turn, draft = story.turn(0, "We are 8"), story.drafted(2)
    answered = story.answered(turn, reply="Noted.")
    told = story.told(Profile(team_size=slot(8)))
    await projected(store, turn, answered, told, draft, story.linked(3), story.booked(4, starts=600))

    document = (await client.get(f"/conversations/{story.id}")).json()

    assert document["conversation_id"] == str(story.id)
    assert (document["status"], document["stage"], document["source"]) == ("booked", "understand", "widget")
    assert document["booking_url"] == URL
    assert document["demo_at"] == at(600).isoformat().replace("+00:00", "Z")
    assert document["profile"]["team_size"]["value"] == 8
    assert document["profile"]["team_size"]["words"] == "8"
    assert document["proposal"]["agent_name"] == draft.data.proposal.agent_name
    assert document["tier"]["tier"] == "starter"
    assert [(said["role"], said["text"], said["turn_id"]) for said in document["messages"]] == [
        ("visitor", "We are 8", str(turn.data.turn_id)),
        ("bot", "Noted.", str(turn.data.turn_id)),
    ]


async def test_an_unknown_conversation_is_a_problem_document(client: httpx2.AsyncClient) -> None:
    answer = await client.get(f"/conversations/{uuid4()}")

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "conversation-not-found"


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/conversations?cursor=nonsense", "invalid-cursor"),
        ("/leads?cursor=nonsense", "invalid-cursor"),
        ("/leads?status=dreaming", "invalid-request"),
        ("/conversations?limit=0", "invalid-request"),
        ("/conversations/not-an-id", "invalid-request"),
        ("/funnel?from=2026-03-02&to=2026-03-01", "invalid-period"),
        ("/funnel?from=2000-01-01&to=2026-03-01", "invalid-period"),
        ("/funnel?from=yesterday", "invalid-request"),
        ("/funnel?to=0001-01-01", "invalid-request"),
        ("/funnel?from=9999-12-31&to=9999-12-31", "invalid-request"),
    ],
)
async def test_what_makes_no_sense_is_refused(client: httpx2.AsyncClient, path: str, code: str) -> None:
    answer = await client.get(path)

    assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_a_list_leads_to_its_next_page(store: MemoryLeadStore, client: httpx2.AsyncClient) -> None:
    older, newer = Story(), Story()
    await projected(store, older.turn(0), newer.turn(1))

    first = (await client.get("/conversations", params={"limit": 1})).json()
    second = (await client.get("/conversations", params={"limit": 1, "cursor": first["next_cursor"]})).json()

    assert [item["conversation_id"] for item in first["items"]] == [str(newer.id)]
    assert [item["conversation_id"] for item in second["items"]] == [str(older.id)]
    assert second["next_cursor"] is None


async def test_leads_are_whole_and_can_be_chosen_by_status(
    store: MemoryLeadStore, client: httpx2.AsyncClient
) -> None:
    talking, proposed = Story(), Story()
    await projected(store, talking.turn(0), proposed.turn(1), proposed.drafted(2))

    (item,) = (await client.get("/leads", params={"status": "proposed"})).json()["items"]

    assert Lead.model_validate(item).conversation_id == proposed.id


async def test_unanswered_questions_are_listed_those_asked_most_often_first(
    store: MemoryLeadStore, client: httpx2.AsyncClient
) -> None:
    one, other = Story(), Story()
    await projected(store, one.turn(0), one.unanswered("VAT?", 5), one.unanswered("Why?", 1))
    await projected(store, other.turn(0), other.unanswered("why?", 2))

    items = (await client.get("/questions", params={"limit": 2})).json()["items"]

    assert [(item["question"], item["times_asked"]) for item in items] == [("Why?", 2), ("VAT?", 1)]


async def test_the_funnel_shows_thirty_days_unless_asked_otherwise(
    store: MemoryLeadStore, client: httpx2.AsyncClient
) -> None:
    await projected(store, Story().turn(0))

    rows = (await client.get("/funnel")).json()["items"]
    asked = (await client.get("/funnel", params={"from": "2026-03-01", "to": "2026-03-02"})).json()["items"]

    assert len(rows) == 30
    assert [(row["day"], row["started"]) for row in asked] == [("2026-03-01", 0), ("2026-03-02", 1)]


async def test_the_description_of_the_api_is_typed(client: httpx2.AsyncClient) -> None:
    paths = (await client.get("/openapi.json")).json()["paths"]

    answers = {
        path: route["responses"]["200"]
        for path, routes in paths.items()
        for route in routes.values()
        if "200" in route["responses"]
    }
    schemas = {path: answer["content"]["application/json"]["schema"] for path, answer in answers.items()}

    assert set(schemas) == {
        "/conversations/{conversation_id}",
        "/conversations/{conversation_id}/proposals",
        "/turns/outcomes",
        "/conversations",
        "/leads",
        "/questions",
        "/funnel",
    }
    assert all("$ref" in schema for schema in schemas.values())


async def test_links_to_a_proposal_are_withdrawn_as_of_now(
    store: MemoryLeadStore, client: httpx2.AsyncClient
) -> None:
    story = Story()
    await projected(store, story.turn(0), story.advanced(Stage.PROPOSE), story.drafted(1))
    before = (await client.get(f"/conversations/{story.id}/proposals")).json()

    answer = await client.delete(f"/conversations/{story.id}/proposal-links")

    after = (await client.get(f"/conversations/{story.id}/proposals")).json()
    assert answer.status_code == 204
    assert before["links_withdrawn_at"] is None
    assert after == {**before, "links_withdrawn_at": NOON.isoformat().replace("+00:00", "Z")}


async def test_there_is_nothing_to_withdraw_where_there_is_no_conversation(
    store: MemoryLeadStore, client: httpx2.AsyncClient
) -> None:
    erased = Story()
    await projected(store, erased.turn(0), erased.drafted(1), erased.erased(2))

    for conversation_id in (uuid4(), erased.id):
        answer = await client.delete(f"/conversations/{conversation_id}/proposal-links")
        assert (answer.status_code, answer.json()["code"]) == (404, "conversation-not-found")
