import asyncio
from uuid import uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.postgres import DatabaseUnavailable, DataRefused, make_engine
from chassis.settings import DatabaseSettings
from contracts.values import Profile, Proposal, Slot, Stage, TierRecommendation
from devstack.ports import free_port
from services.dialogue.adapters import PostgresStore
from services.dialogue.domain.changes import Loaded
from services.dialogue.domain.conversation import Awaiting, Conversation, QuickReply, Reply, Utterance
from services.dialogue.domain.understanding import Intent, Understanding
from services.dialogue.errors import StaleConversation
from tests.integration.dialogue.changes import NOW, a_change, an_event
from tests.integration.dialogue.conftest import Stored, unpublished_outbox


def everything_said() -> Conversation:
    """A conversation in which no field is as it was in the beginning, and the proposal has unknowns."""
    turn_id = uuid4()
    return Conversation(
        conversation_id=uuid4(),
        source="email",
        stage=Stage.RECOMMEND,
        profile=Profile(
            business_type=Slot(value="bakery", words="I run a bäckerei 🥐", turn_id=turn_id),
            team_size=Slot(value=8, words="8 people", turn_id=turn_id),
            time_wasters=Slot(value=("orders", "emails"), words="orders and emails", turn_id=turn_id),
            hours_per_week=Slot(value=12.5, words="12.5", turn_id=turn_id),
            contact_email=Slot(value="a@b.example", words="a@b.example", turn_id=turn_id),
        ),
        asked={"team_size": 2},
        skipped=("hours_per_week",),
        open_question="tools",
        history=(
            Utterance(role="visitor", text="Hi", turn_id=turn_id),
            Utterance(role="bot", text='"Hello"\n\\ and more'),
        ),
        quick_replies=(QuickReply(label="Yes", means=Understanding(intents=(Intent.ACCEPT,))),),
        is_introduced=True,
        revision=2,
        proposal=Proposal(
            agent_name="Agent",
            summary="Takes orders.",
            does=("listens",),
            out_of_scope=(),
            integrations=(),
            hours_now_per_week=None,
            success_measure=None,
            delivery="In two weeks.",
        ),
        tier=TierRecommendation(
            tier="starter",
            name="Starter",
            monthly_price_usd=1250,
            includes=("one agent",),
            reason="Small.",
            would_change="More.",
        ),
        is_stale=True,
        chosen_tier="growth",
        change_wish="without emails",
        unshown_request_id=uuid4(),
        booking_url="https://calendly.com/x",
        awaiting=Awaiting(
            kind="proposal",
            request_event_id=uuid4(),
            cause_id=uuid4(),
            turn_ids=(uuid4(), uuid4()),
            lead_in=Reply(text="Here", author="model", degraded=True, model="m", input_tokens=3),
            since=NOW,
            requests=2,
            change_wish="without emails",
            is_template=True,
        ),
        closed=True,
        has_declined=True,
        wants_person=True,
        has_deferred=True,
        sequence=17,
    )


async def test_a_conversation_with_everything_in_it_comes_back_as_it_was(in_postgres: Stored):
    conversation = everything_said()
    unchanged = Conversation.open(conversation.conversation_id, conversation.source)
    same = {name for name in type(conversation).model_fields if _is_same(conversation, unchanged, name)}

    await in_postgres.store.save(a_change(conversation))

    assert same == {"conversation_id", "source"}
    assert await in_postgres.store.load(conversation.conversation_id) == Loaded(conversation, 1)


@pytest.mark.parametrize("version", [0, 1])
async def test_of_concurrent_saves_one_wins_and_the_others_write_nothing(in_postgres: Stored, version: int):
    conversation = Conversation.open(uuid4(), "widget")
    if version:
        await in_postgres.store.save(a_change(conversation))
    events = [an_event(conversation.conversation_id) for _ in range(5)]
    turn_ids = [uuid4() for _ in events]
    changes = [
        a_change(conversation, version=version, new_turns=[turn_id], events=[event])
        for turn_id, event in zip(turn_ids, events, strict=True)
    ]

    results = await asyncio.gather(*map(in_postgres.store.save, changes), return_exceptions=True)

    (winner,) = [place for place, result in enumerate(results) if result is None]
    assert [type(result) for result in results if result is not None] == [StaleConversation] * 4
    assert await in_postgres.event_ids() == [events[winner].id]
    found = await in_postgres.store.load(conversation.conversation_id, *turn_ids)
    assert list(found.outcomes) == [turn_ids[winner]]
    assert (await in_postgres.store.load(conversation.conversation_id)).version == version + 1


async def test_a_fault_in_the_middle_of_a_change_leaves_nothing_of_it(in_postgres: Stored):
    turn_id = uuid4()
    await in_postgres.store.save(a_change(new_turns=[turn_id]))
    change = a_change(new_turns=[turn_id], events=[an_event(uuid4())])

    with pytest.raises(DataRefused):
        await in_postgres.store.save(change)

    assert await in_postgres.store.load(change.conversation.conversation_id) == Loaded(None, 0)
    assert await in_postgres.event_ids() == []


async def test_a_database_that_is_away_is_said_to_be_so(engine: AsyncEngine):
    url = engine.url.set(port=free_port()).render_as_string(hide_password=False)
    away = make_engine(DatabaseSettings.model_validate({"database_url": url}))

    with pytest.raises(DatabaseUnavailable):
        await PostgresStore(away, unpublished_outbox(away)).load(uuid4())
    with pytest.raises(DatabaseUnavailable):
        await PostgresStore(away, unpublished_outbox(away)).save(a_change())

    await away.dispose()


def _is_same(one: Conversation, other: Conversation, name: str) -> bool:
    return bool(getattr(one, name) == getattr(other, name))
