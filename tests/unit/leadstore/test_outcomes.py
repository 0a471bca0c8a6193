"""How turns ended, for whoever waits for replies and cannot follow them."""

from uuid import uuid4

import httpx2
import pytest
from fastapi import FastAPI

from chassis.problems import install_problem_handlers
from contracts.turn_outcomes import MOST_TURNS, OpenTurn, TurnOutcomes
from contracts.values import Stage
from services.leadstore.adapters.in_process_notifier import InProcessNotifier
from services.leadstore.api import make_router
from tests.unit.leadstore.builders import NOON, URL, Story, Told, a_proposal
from tests.unit.leadstore.fakes import MemoryLeadStore, projected


@pytest.fixture
def store() -> MemoryLeadStore:
    return MemoryLeadStore()


def asked(story: Story, *turns: Told) -> list[OpenTurn]:
    return [OpenTurn(conversation_id=story.id, turn_id=turn.data.turn_id) for turn in turns]


async def test_an_answered_turn_has_the_end_its_reply_stream_would_have_had(store: MemoryLeadStore) -> None:
    story = Story()
    first, second, open_turn = story.turn(0), story.turn(1), story.turn(2)
    reply = story.answered(first, second, reply="Noted.", stage=Stage.SCOPE)
    await projected(store, first, second, open_turn, reply)

    outcomes = await store.outcomes(asked(story, first, second, open_turn))

    assert [(done.turn_id, done.response, done.stage, done.sequence) for done in outcomes.answered] == [
        (turn.data.turn_id, "Noted.", Stage.SCOPE, reply.sequence) for turn in (first, second)
    ]
    assert outcomes.failed == ()


async def test_a_reply_says_whether_it_shows_the_link_or_the_proposal(store: MemoryLeadStore) -> None:
    story, proposal = Story(), a_proposal()
    plain, proposed, linked = story.turn(0), story.turn(1), story.turn(2)
    words = f"**{proposal.agent_name}** {proposal.summary}"
    replies = [
        story.answered(plain, reply="Noted."),
        story.answered(proposed, reply=words),
        story.answered(linked, reply=f"Book here: {URL}"),
    ]
    draft = story.drafted(1, agent_name=proposal.agent_name)
    await projected(store, plain, proposed, linked, draft, story.linked(), *replies)

    outcomes = await store.outcomes(asked(story, plain, proposed, linked))

    shown = [(done.proposal_shown, done.calendly_shown) for done in outcomes.answered]
    assert shown == [(False, False), (True, False), (False, True)]


async def test_an_outcome_has_the_suggestions_of_its_reply(store: MemoryLeadStore) -> None:
    story = Story()
    turn = story.turn()
    await projected(store, turn, story.answered(turn, suggestions=("Yes", "No")))

    outcomes = await store.outcomes(asked(story, turn))

    assert [done.suggestions for done in outcomes.answered] == [("Yes", "No")]


async def test_a_failed_turn_has_failed_unless_it_was_answered_after_all(store: MemoryLeadStore) -> None:
    story = Story()
    failed, recovered = story.turn(0), story.turn(1)
    await projected(store, failed, recovered, story.failed(failed), story.failed(recovered))
    await projected(store, story.answered(recovered))

    outcomes = await store.outcomes(asked(story, failed, recovered))

    assert [turn.turn_id for turn in outcomes.failed] == [failed.data.turn_id]
    assert [turn.turn_id for turn in outcomes.answered] == [recovered.data.turn_id]


async def test_a_turn_is_only_told_to_whoever_knows_its_conversation(store: MemoryLeadStore) -> None:
    story = Story()
    turn = story.turn()
    await projected(store, turn, story.answered(turn))

    assert await store.outcomes(asked(Story(), turn)) == TurnOutcomes()


async def test_the_words_of_an_erased_conversation_are_gone(store: MemoryLeadStore) -> None:
    story = Story()
    turn = story.turn()
    await projected(store, turn, story.answered(turn), story.erased(2))

    assert await store.outcomes(asked(story, turn)) == TurnOutcomes()


async def test_outcomes_are_asked_for_many_at_once_and_not_without_end(store: MemoryLeadStore) -> None:
    story = Story()
    turn = story.turn()
    await projected(store, turn, story.answered(turn, reply="Noted."))
    app = FastAPI()
    app.include_router(make_router(store, store, InProcessNotifier(), clock=lambda: NOON))
    install_problem_handlers(app)
    body = {"turns": [open_turn.model_dump(mode="json") for open_turn in asked(story, turn)]}
    other = {"conversation_id": str(uuid4()), "turn_id": str(uuid4())}

    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://leadstore") as client:
        answer = await client.post("/turns/outcomes", json={"turns": [other, *body["turns"]]})
        too_many = await client.post("/turns/outcomes", json={"turns": (MOST_TURNS + 1) * [other]})

    assert [done["response"] for done in answer.json()["answered"]] == ["Noted."]
    assert too_many.status_code == 422
