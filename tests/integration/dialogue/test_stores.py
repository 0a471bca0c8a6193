"""What every store of conversations promises: on PostgreSQL, with a memory in front, and the fake."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.postgres import DataRefused
from contracts.values import Stage
from playbook.demo_changes import DemoChange
from playbook.reading.meaning import Intent
from playbook.reading.talk import QuickReply, Utterance
from services.dialogue.adapters import PostgresUpkeep, RememberingStore, tables
from services.dialogue.domain.changes import Loaded, TurnStatus
from services.dialogue.domain.conversation import Conversation, Reply, SpeakingPerson
from services.dialogue.errors import StaleConversation
from tests.integration.dialogue.changes import NOW, a_change, an_event
from tests.integration.dialogue.conftest import Stored
from tests.support.dialogue_fakes import FakeStore
from tests.unit.dialogue.builders import DRAFT, a_profile, a_proposal, a_tier, meaning


@pytest.fixture(params=["on PostgreSQL", "with a memory in front", "the fake"])
def stored(request: pytest.FixtureRequest, in_postgres: Stored) -> Stored:
    if request.param != "the fake":
        store = in_postgres.store
        return replace(in_postgres, store=RememberingStore(store) if "memory" in request.param else store)
    store = FakeStore([])

    async def event_ids() -> list[UUID]:
        return list(store.outbox)

    return Stored(store, event_ids)


async def test_what_was_saved_comes_back_with_the_next_version_and_one_outcome_for_its_turns(stored: Stored):
    turn_ids = [uuid4() for _ in range(3)]
    change, other = a_change(new_turns=turn_ids, reply="Nice to meet you."), a_change()
    identity = change.conversation.conversation_id
    assert await stored.store.load(identity, *turn_ids) == Loaded(None, 0)

    for each in (change, other):
        await stored.store.save(each)

    loaded = await stored.store.load(identity, *turn_ids, uuid4())
    assert loaded == Loaded(change.conversation, 1, dict.fromkeys(turn_ids, change.outcome))
    assert (await stored.store.load(other.conversation.conversation_id, *turn_ids)).outcomes == {}


async def test_waiting_turns_are_settled_others_left_alone_and_events_kept_in_order_once(stored: Stored):
    conversation = Conversation.open(uuid4(), "widget")
    identity, waiting, answered = conversation.conversation_id, uuid4(), uuid4()
    events = [an_event(identity) for _ in range(4)]
    first = a_change(conversation, new_turns=[answered], reply="First", events=events[:3])
    asking = a_change(conversation, version=1, new_turns=[waiting], status=TurnStatus.AWAITING, events=events)
    settling = a_change(conversation, version=2, settled_turn_ids=[waiting], reply="Here it is")

    for change in (first, asking, settling):
        await stored.store.save(change)

    assert (await stored.store.load(identity, waiting)).outcomes == {waiting: settling.outcome}
    assert (await stored.store.load(identity, answered)).outcomes == {answered: first.outcome}
    assert await stored.event_ids() == [event.id for event in events]


@pytest.mark.parametrize("version", [0, 1, 3])
async def test_another_version_than_the_stored_one_is_refused_whole(stored: Stored, version: int):
    conversation, turn_id = Conversation.open(uuid4(), "widget"), uuid4()
    await stored.store.save(a_change(conversation))
    await stored.store.save(a_change(conversation, version=1))
    new = {"new_turns": [turn_id], "events": [an_event(conversation.conversation_id)]}
    stale = a_change(conversation.model_copy(update={"sequence": 9}), version=version, **new)

    for refused in (stale, a_change(version=1)):
        with pytest.raises(StaleConversation):
            await stored.store.save(refused)

    assert await stored.store.load(conversation.conversation_id, turn_id) == Loaded(conversation, 2)
    assert await stored.event_ids() == []


async def test_what_is_due_comes_longest_waiting_first_as_long_as_it_is_to_be_looked_after(stored: Stored):
    late, now, not_yet = (a_change(wake_at=NOW - timedelta(seconds=seconds)) for seconds in (20, 0, -10))
    for change in (now, not_yet, late, a_change()):
        await stored.store.save(change)

    ids = [change.conversation.conversation_id for change in (late, now)]
    assert list(await stored.store.due(NOW, 10)) == ids
    assert list(await stored.store.due(NOW, 1)) == ids[:1]
    await stored.store.save(a_change(late.conversation, version=1))
    assert list(await stored.store.due(NOW, 10)) == ids[1:]


def everything_said() -> Conversation:
    """A conversation in which no field is as it was in the beginning, and the proposal has unknowns."""
    lead_in = Reply(text="Here", author="model", degraded=True, model="m", input_tokens=3)
    awaited = {"lead_in": lead_in, "since": NOW, "requests": 2, "change_wish": "x", "is_template": True}
    return Conversation(
        conversation_id=uuid4(),
        source="email",
        stage=Stage.RECOMMEND,
        profile=a_profile(
            business_type="a bäckerei 🥐", time_wasters=("orders", "emails"), hours_per_week=12.5
        ),
        asked={"team_size": 2},
        skipped=("hours_per_week",),
        open_question="tools",
        history=(
            Utterance(role="visitor", text="Hi", turn_id=uuid4()),
            Utterance(role="bot", text='"Hello"\n\\'),
        ),
        quick_replies=(QuickReply(label="Yes", means=meaning(Intent.ACCEPT)),),
        revision=2,
        proposal=a_proposal(hours_now_per_week=None, success_measure=None),
        tier=a_tier(),
        chosen_tier="growth",
        change_wish="without emails",
        campaign="spring-2026",
        playbook="b6e4ae5c76cf",
        prompt="8930869d3f20",
        unshown_request_id=uuid4(),
        booking_url="https://calendly.com/x",
        awaiting=DRAFT.model_copy(update=awaited),
        draft_author="model",
        reply_author="script",
        read_draft="a draft",
        person=SpeakingPerson(name="Tove", looked_after_at=NOW, is_lost=True),
        last_fence=1_772_442_300_123_456,
        last_heard_at=NOW,
        demo_event_ids=(uuid4(),),
        unsaid_demo=DemoChange(kind="moved", starts_at=NOW, timezone="Europe/Oslo", is_proven=False),
        open_turn_ids=(uuid4(),),
        sequence=17,
        **{name: True for name, field in Conversation.model_fields.items() if field.annotation is bool},
    )


async def test_a_conversation_with_everything_in_it_comes_back_as_it_was(in_postgres: Stored):
    conversation = everything_said()
    unchanged = Conversation.open(conversation.conversation_id, conversation.source)
    fields = Conversation.model_fields
    same = {name for name in fields if getattr(conversation, name) == getattr(unchanged, name)}

    await in_postgres.store.save(a_change(conversation))

    assert same == {"conversation_id", "source"}
    assert await in_postgres.store.load(conversation.conversation_id) == Loaded(conversation, 1)


@pytest.mark.parametrize("version", [0, 1])
async def test_of_concurrent_saves_one_wins_and_the_others_write_nothing(in_postgres: Stored, version: int):
    conversation = Conversation.open(uuid4(), "widget")
    if version:
        await in_postgres.store.save(a_change(conversation))
    new = [(uuid4(), an_event(conversation.conversation_id)) for _ in range(5)]
    turn_ids, events = zip(*new, strict=True)
    changes = [a_change(conversation, version=version, new_turns=[id_], events=[event]) for id_, event in new]

    results = await asyncio.gather(*map(in_postgres.store.save, changes), return_exceptions=True)

    (winner,) = [place for place, result in enumerate(results) if result is None]
    assert [type(result) for result in results if result is not None] == [StaleConversation] * 4
    assert await in_postgres.event_ids() == [events[winner].id]
    found = await in_postgres.store.load(conversation.conversation_id, *turn_ids)
    assert (list(found.outcomes), found.version) == ([turn_ids[winner]], version + 1)


async def test_a_fault_in_the_middle_of_a_change_leaves_nothing_of_it(in_postgres: Stored):
    turn_id = uuid4()
    await in_postgres.store.save(a_change(new_turns=[turn_id]))
    change = a_change(new_turns=[turn_id], events=[an_event(uuid4())])

    with pytest.raises(DataRefused):
        await in_postgres.store.save(change)

    assert await in_postgres.store.load(change.conversation.conversation_id) == Loaded(None, 0)
    assert await in_postgres.event_ids() == []


async def test_the_tables_are_those_in_code_and_the_version_before_can_use_them(engine: AsyncEngine) -> None:
    def differences(connection: Connection) -> list[object]:
        opts = {"version_table_schema": tables.SCHEMA, "include_schemas": True}
        opts["include_name"] = lambda name, kind, _: kind != "schema" or name == tables.SCHEMA
        return list(compare_metadata(MigrationContext.configure(connection, opts=opts), tables.metadata))

    stored = (
        "INSERT INTO dialogue.outbox (event_id, cause_id, topic, key, value, headers)"
        " VALUES (gen_random_uuid(), NULL, 't', 'k', 'v', '{}')"
    )
    sent = "SELECT count(*) FROM dialogue.outbox WHERE sent_at < now() + interval '1 s'"
    async with engine.begin() as connection:
        await connection.execute(sa.text(stored))
        await connection.execute(sa.text("UPDATE dialogue.outbox SET sent_at = now()"))

        assert await connection.scalar(sa.text(sent)) == 1
        assert await connection.run_sync(differences) == []


async def test_what_is_erased_is_known_as_erased_and_nothing_of_it_can_be_stored(stored: Stored) -> None:
    conversation, turn_id, other = Conversation.open(uuid4(), "widget"), uuid4(), a_change()
    identity = conversation.conversation_id
    opened = a_change(conversation, new_turns=[turn_id], events=[an_event(identity)])
    for change in (opened, other):
        await stored.store.save(change)

    erased = await stored.store.erase(identity, "visitor", NOW)
    again = await stored.store.erase(identity, "operator", NOW + timedelta(hours=1))

    assert (await stored.store.load(identity, turn_id)).is_erased
    assert (erased.was_erased, again.was_erased, again.mark) == (False, True, erased.mark)
    assert erased.mark.turn_ids == (turn_id,)
    assert [event.id for event in again.events] == [event.id for event in erased.events]
    for version in range(4):
        with pytest.raises(StaleConversation):
            await stored.store.save(a_change(conversation, version=version, new_turns=[uuid4()]))
    assert not (await stored.store.load(other.conversation.conversation_id)).is_erased


async def test_an_erasure_leaves_ids_and_counts_and_the_events_that_tell_of_it(
    in_postgres: Stored, engine: AsyncEngine
) -> None:
    conversation = Conversation.open(uuid4(), "widget").model_copy(
        update={"history": (Utterance(role="bot", text="a secret"),), "sequence": 7}
    )
    change = a_change(conversation, reply="a secret", new_turns=[uuid4()], events=[an_event(uuid4())])
    await in_postgres.store.save(change)
    unsent = replace(an_event(conversation.conversation_id))
    await in_postgres.store.save(a_change(conversation, version=1, events=[unsent]))

    erased = await in_postgres.store.erase(conversation.conversation_id, "retention", NOW)
    unknown = await in_postgres.store.erase(uuid4(), "restore", NOW)

    async with engine.connect() as connection:
        rows = [
            str((await connection.execute(sa.select(table))).all()) for table in tables.metadata.sorted_tables
        ]
    assert "a secret" not in str(rows)
    assert erased.mark.deleted == {"conversations": 1, "turns": 1, "events": 1, "keys": 0}
    assert unknown.mark.deleted == {"conversations": 0, "turns": 0, "events": 0, "keys": 0}
    assert (erased.events[0].sequence, unknown.events[0].sequence) == (8, 1)
    told = [event.id for event in (*erased.events, *unknown.events)]
    assert set(told) <= set(await in_postgres.event_ids())
    assert unsent.id not in await in_postgres.event_ids()


async def test_a_turn_that_is_stored_meanwhile_is_outrun(in_postgres: Stored) -> None:
    opened = [a_change(new_turns=[uuid4()]) for _ in range(20)]
    erasures = [in_postgres.store.erase(each.conversation.conversation_id, "visitor", NOW) for each in opened]
    saves = [in_postgres.store.save(each) for each in opened]
    await asyncio.gather(*saves, *erasures, return_exceptions=True)
    for each in opened:
        found = await in_postgres.store.load(each.conversation.conversation_id, *each.turn_ids)
        assert (found.is_erased, found.outcomes) == (True, {})


async def test_what_is_older_than_it_may_be_kept_is_found_leads_later(
    in_postgres: Stored, engine: AsyncEngine
) -> None:
    upkeep, ages = PostgresUpkeep(engine), (100, 800, 10)
    told = [{}, {"booking_url": "https://x"}, {"profile": a_profile()}, {"proposal": a_proposal()}]
    opened = {
        (age, place): Conversation.open(uuid4(), "widget").model_copy(update=update)
        for age in ages
        for place, update in enumerate(told)
    }
    for (age, _), conversation in opened.items():
        await in_postgres.store.save(a_change(conversation, new_turns=[uuid4()]))
        for table in (tables.conversation, tables.turn):
            aged = sa.update(table).where(table.c.conversation_id == conversation.conversation_id)
            async with engine.begin() as connection:
                await connection.execute(aged.values(changed_at=NOW - timedelta(days=age)))
    gone = opened[800, 0].conversation_id
    await in_postgres.store.erase(gone, "visitor", NOW)

    async def expired(**days: int | None) -> set[tuple[int, int]]:
        before = {name: NOW - timedelta(days=each) if each else None for name, each in days.items()}
        found = set(await upkeep.expired(**before, limit=50))
        return {key for key, conversation in opened.items() if conversation.conversation_id in found}

    has_address = a_profile().contact_email is not None
    leads = {1, 3} | ({2} if has_address else set())
    others = {0, 2} - leads
    assert await expired(lead=730, other=90) == {
        *((800, place) for place in (leads | others) - {0}),
        *((100, place) for place in others),
    }
    assert await expired(lead=None, other=90) == {(age, each) for age in (100, 800) for each in others} - {
        (800, 0)
    }
    assert await expired(lead=None, other=None) == set()
    assert set(await upkeep.not_erased([gone, uuid4()])) & {gone} == set()

    await upkeep.forget_turns(NOW - timedelta(days=45))
    async with engine.connect() as connection:
        assert len((await connection.execute(sa.select(tables.turn))).all()) == len(told)
