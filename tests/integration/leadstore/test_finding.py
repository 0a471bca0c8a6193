"""Finding leads, and what an operator reads of one besides its transcript."""

from datetime import datetime
from typing import Any

import pytest
from httpx2 import AsyncClient
from sqlalchemy import text

from contracts.read_model import LeadQuery
from contracts.values import Profile, Stage
from services.leadstore.adapters import tables
from services.leadstore.adapters.lead_query import conditions_of, newest_conversations
from tests.integration.leadstore.conftest import Leadstore
from tests.unit.leadstore.builders import Story, Told, at, slot

A_DAY = 24 * 60.0
DANA = Profile(
    name=slot("Dana Müller-Whitfield"),
    business_type=slot("dental clinic"),
    contact_email=slot("dana_m@whitfield.example"),
    contact_phone=slot("+43 660 1234"),
)


async def found(client: AsyncClient, **query: Any) -> list[str]:
    answer = await client.get("/leads", params=query)
    assert answer.status_code == 200, answer.text
    return [lead["conversation_id"] for lead in answer.json()["items"]]


BEGINNINGS = [
    "dana",
    "MULLER",
    "whit den",
    "dana_m@whitfield.example",
    "+43 660 1234",
    "436601",
    "müller",
    " ",
]


@pytest.mark.parametrize("query", BEGINNINGS)
async def test_a_lead_is_found_by_the_beginnings_of_its_words(
    leadstore: Leadstore, client: AsyncClient, query: str
) -> None:
    story = Story()
    await leadstore.project(story.turn(0), story.told(DANA))
    assert await found(client, q=query) == [str(story.id)]


@pytest.mark.parametrize("query", ["ana", "dana bakery", "'", "&|!:*", "x' | 'y", "\\", "Dana ¬"])
async def test_what_is_no_beginning_finds_nothing(
    leadstore: Leadstore, client: AsyncClient, query: str
) -> None:
    story = Story()
    await leadstore.project(story.turn(0), story.told(DANA))
    expected = [str(story.id)] if query == "Dana ¬" else []
    assert await found(client, q=query) == expected


async def test_what_postgresql_cannot_hold_is_no_part_of_a_query(
    leadstore: Leadstore, client: AsyncClient
) -> None:
    story = Story()
    await leadstore.project(story.turn(0), story.told(DANA), story.chose(tier="growth"))
    assert await found(client, q="da\x00na", tier="gro\x00wth") == [str(story.id)]


async def test_a_lead_is_found_by_its_id_and_not_after_its_erasure(
    leadstore: Leadstore, client: AsyncClient
) -> None:
    story, erased = Story(), Story()
    await leadstore.project(story.turn(0), erased.turn(0), erased.told(DANA))
    assert await found(client, q="dana") == [str(erased.id)]
    await leadstore.project(erased.erased(2))

    for query in (str(story.id), str(story.id)[:13], str(story.id).upper()):
        assert await found(client, q=query) == [str(story.id)]
    assert await found(client, q="dana") == []
    (row,) = [row for row in await leadstore.rows(tables.conversation) if row["id"] == erased.id]
    assert set(row["search_words"]) == set(str(erased.id).split("-"))


async def test_filters_narrow_a_list_together(leadstore: Leadstore, client: AsyncClient) -> None:
    talking, booked, chosen = Story(), Story(), Story()
    mails = (talking.mailed("Hello.", -1),)
    await leadstore.project(talking.turn(0, source="email", mails=mails), talking.wants_person())
    await leadstore.project(booked.turn(A_DAY), booked.drafted(A_DAY), booked.booked(A_DAY + 1))
    await leadstore.project(chosen.turn(2 * A_DAY), chosen.drafted(2 * A_DAY), chosen.chose("starter"))
    cases: list[tuple[dict[str, Any], list[Story]]] = [
        ({"source": "email"}, [talking]),
        ({"campaign": "spring"}, [talking]),
        ({"campaign": "spr\x00ing", "source": "widget"}, []),
        ({"tier": "growth"}, [booked]),
        ({"tier": "starter"}, [chosen]),
        ({"status": "proposed"}, [chosen]),
        ({"from": "2026-03-03", "to": "2026-03-03"}, [booked]),
        ({"from": "2026-03-03"}, [chosen, booked]),
        ({"wants_person": "true"}, [talking]),
        ({"wants_person": "false", "to": "2026-03-03"}, [booked]),
        ({"status": "booked", "source": "email"}, []),
    ]
    for query, stories in cases:
        assert await found(client, **query) == [str(story.id) for story in stories], query


async def test_a_search_among_many_leads_reads_its_index(leadstore: Leadstore) -> None:
    await leadstore.project(Story().turn(0))
    others = [column.name for column in tables.conversation.c if column.name not in ("id", "search_words")]
    fill = f"""
        INSERT INTO leadstore.conversation (id, search_words, {", ".join(others)})
        SELECT gen_random_uuid(), ARRAY['name' || number], {", ".join(others)}
        FROM leadstore.conversation, generate_series(1, 5000) AS number
    """
    query = newest_conversations(None).where(*conditions_of(LeadQuery(q="name4711"))).limit(51)
    async with leadstore.engine.connect() as connection:
        await connection.execute(text(fill))
        await connection.execute(text("ANALYZE leadstore.conversation"))
        written = query.compile(connection.sync_connection, compile_kwargs={"literal_binds": True})
        plan = (
            await connection.execute(text(f"EXPLAIN {str(written).replace(':', chr(92) + ':')}"))
        ).scalars()
        assert "conversation_search" in str(plan.all())


async def test_refused_sentences_are_counted_by_reason(leadstore: Leadstore, client: AsyncClient) -> None:
    one, other, erased = Story(), Story(), Story()
    await leadstore.project(one.answered(refused=("date", "date", "link")), one.turn(0))
    await leadstore.project(other.answered(minute=3, refused=("date",)), other.turn(0))
    await leadstore.project(erased.turn(0), erased.answered(refused=("link",)), erased.erased(2))

    items = (await client.get("/refusals")).json()["items"]

    assert [tuple(item.values()) for item in items] == [
        ("date", 3, 2, "2026-03-02T12:03:00Z", str(other.id)),
        ("link", 1, 1, "2026-03-02T12:01:00Z", str(one.id)),
    ]


async def test_who_waits_longest_for_a_person_is_first(leadstore: Leadstore, client: AsyncClient) -> None:
    early, late, booked, closed, back = (Story() for _ in range(5))
    stories: list[tuple[Story, list[Told]]] = [
        (late, [late.wants_person(9)]),
        (early, [early.wants_person(5)]),
        (booked, [booked.wants_person(1), booked.booked(2)]),
        (closed, [closed.wants_person(1), closed.closed(2)]),
        (back, [back.wants_person(7), back.closed(8), back.advanced(Stage.BOOK, 9)]),
    ]
    for story, told in stories:
        await leadstore.project(story.turn(0), *told)

    items = (await client.get("/hand-overs")).json()["items"]

    assert [item["conversation_id"] for item in items] == [str(each.id) for each in (early, back, late)]
    assert datetime.fromisoformat(items[0]["person_wanted_at"]) == at(5)


async def test_the_record_says_what_a_transcript_does_not(leadstore: Leadstore, client: AsyncClient) -> None:
    story, erased = Story(), Story()
    turn = story.turn(0)
    reply = story.answered(turn, spent=(900, 40, 0.0027), model="gpt-4o", refused=("date",))
    drafts = [
        story.drafted(2, spent=(700, 120, 0.003)),
        story.drafted(3, revision=2, agent_name="Front"),
    ]
    wishes = [story.wants_person(4), story.chose("starter", 5), story.unanswered("VAT?", 6)]
    await leadstore.project(turn, reply, *drafts, *wishes, story.booked(7, starts=600))
    await leadstore.project(erased.turn(0), erased.erased(1))

    record = (await client.get(f"/conversations/{story.id}/record")).json()

    assert [(use["purpose"], use["model"], use["cost_usd"]) for use in record["uses"]] == [
        ("reply", "gpt-4o", 0.0027),
        ("proposal", None, 0.003),
    ]
    revisions = [
        (each["revision"], each["proposal"]["agent_name"], each["author"]) for each in record["drafts"]
    ]
    assert revisions == [(1, "Desk", "model"), (2, "Front", "script")]
    assert [each["reason"] for each in record["refusals"]] == ["date"]
    assert [each["question"] for each in record["questions"]] == ["VAT?"]
    times = [datetime.fromisoformat(record[name]) for name in ("person_wanted_at", "chosen_at")]
    assert times == [at(4), at(5)]
    assert record["demos"] == [{"starts_at": "2026-03-02T22:00:00Z", "end": None, "is_missed": False}]
    for nobody in (erased.id, Story().id):
        assert (await client.get(f"/conversations/{nobody}/record")).status_code == 404
