import asyncio
from uuid import uuid4

import pytest

from chassis.postgres import DataRefused
from contracts.values import Stage
from playbook.reading.meaning import Intent
from playbook.reading.talk import QuickReply, Utterance
from services.dialogue.domain.changes import Loaded
from services.dialogue.domain.conversation import Conversation, Reply
from services.dialogue.errors import StaleConversation
from tests.integration.dialogue.changes import NOW, a_change, an_event
from tests.integration.dialogue.conftest import Stored
from tests.unit.dialogue.builders import DRAFT, a_profile, a_proposal, a_tier, meaning


def everything_said() -> Conversation:
    """A conversation in which no field is as it was in the beginning, and the proposal has unknowns."""
    turn_id = uuid4()
    lead_in = Reply(text="Here", author="model", degraded=True, model="m", input_tokens=3)
    return Conversation(
        conversation_id=uuid4(),
        source="email",
        stage=Stage.RECOMMEND,
        profile=a_profile(
            business_type="a bäckerei 🥐", team_size=8, time_wasters=("orders", "emails"), hours_per_week=12.5
        ),
        asked={"team_size": 2},
        skipped=("hours_per_week",),
        open_question="tools",
        history=(
            Utterance(role="visitor", text="Hi", turn_id=turn_id),
            Utterance(role="bot", text='"Hello"\n\\ and more'),
        ),
        quick_replies=(QuickReply(label="Yes", means=meaning(Intent.ACCEPT)),),
        is_introduced=True,
        revision=2,
        proposal=a_proposal(hours_now_per_week=None, success_measure=None),
        tier=a_tier(),
        is_stale=True,
        chosen_tier="growth",
        change_wish="without emails",
        unshown_request_id=uuid4(),
        booking_url="https://calendly.com/x",
        awaiting=DRAFT.model_copy(
            update={"lead_in": lead_in, "since": NOW, "requests": 2, "change_wish": "x", "is_template": True}
        ),
        closed=True,
        has_declined=True,
        wants_person=True,
        refuses_questions=True,
        refuses_demo=True,
        has_deferred=True,
        has_open_line=True,
        read_draft="a draft",
        sequence=17,
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
