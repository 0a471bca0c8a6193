"""A conversation that the version before stored goes on."""

from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from contracts.cloudevent import caused_by
from contracts.events import ProposalDrafted
from services.dialogue.domain.changes import TurnStatus
from services.dialogue.domain.conversation import Conversation
from services.dialogue.ports import Ports
from services.dialogue.usecases.answer_turn import answer_turns
from services.dialogue.usecases.awaited import say_drafted_proposal
from services.dialogue.usecases.due import look_after_due
from tests.integration.dialogue.changes import NOW
from tests.integration.dialogue.conftest import Stored
from tests.support.dialogue_fakes import FakeBurst, FakeOutside
from tests.support.dialogue_scene import Scene
from tests.support.playbooks import SHIPPED
from tests.unit.dialogue.builders import CONVERSATION, a_proposal, a_tier

WAITING, REQUEST = UUID(int=4), UUID(int=2)
SLOT = """{"value": %s, "words": "%s", "turn_id": "00000000-0000-0000-0000-000000000001"}"""
STATE = f"""{{
  "conversation_id": "{CONVERSATION}", "source": "widget", "stage": "propose",
  "profile": {{"business_type": {SLOT % ('"bakery"', "a bakery")}, "tools": {SLOT % ('["Excel"]', "Excel")}}},
  "asked": {{"team_size": 1, "proposal": 1}}, "skipped": ["hours_per_week"], "open_question": "change",
  "told": ["tools"], "is_introduced": true, "revision": 1, "sequence": 9,
  "history": [{{"role": "visitor", "text": "We use Excel."}}, {{"role": "bot", "text": "Good."}}],
  "proposal": {{
    "agent_name": "Agent", "summary": "Takes orders.", "does": ["listens"], "out_of_scope": [],
    "integrations": [], "hours_now_per_week": null, "success_measure": null, "delivery": "In two weeks."
  }},
  "tier": {{
    "tier": "starter", "name": "Starter", "monthly_price_usd": 1250, "includes": ["one agent"],
    "reason": "Small.", "would_change": "More."
  }},
  "wish": "without emails", "wishes": ["with calls"], "objections": ["price"],
  "awaiting": {{
    "kind": "proposal", "request_event_id": "{REQUEST}", "cause_id": "{UUID(int=3)}",
    "turn_ids": ["{WAITING}"], "lead_in": {{"reply": "Here it comes:", "author": "script"}},
    "since": "2026-03-02T09:30:00Z"
  }}
}}"""


@pytest.fixture
async def outside(engine: AsyncEngine, in_postgres: Stored, monkeypatch: pytest.MonkeyPatch) -> FakeOutside:
    """The ports on a database that holds the stored conversation."""
    turn = (
        "INSERT INTO dialogue.turn (turn_id, conversation_id, message, status, reply, stage, calendly_shown,"
        " degraded, sequence) VALUES (:turn, :id, 'go', 'awaiting', '', 'propose', false, false, 9)"
    )
    conversation = (
        "INSERT INTO dialogue.conversation (conversation_id, version, state, wake_at)"
        " VALUES (:id, 5, CAST(:state AS jsonb), :wake_at)"
    )
    values = {"id": CONVERSATION, "state": STATE, "wake_at": NOW, "turn": WAITING}
    async with engine.begin() as connection:
        await connection.execute(sa.text(conversation), values)
        await connection.execute(sa.text(turn), values)
    outside = FakeOutside(SHIPPED)
    monkeypatch.setattr(outside, "store", in_postgres.store)
    return outside


async def stored(ports: Ports) -> Conversation:
    conversation = (await ports.store.load(CONVERSATION)).conversation
    assert conversation is not None
    return conversation


async def test_a_reply_under_way_is_completed(outside: FakeOutside) -> None:
    ports = outside.ports()
    known = {"conversation_id": CONVERSATION, "turn_id": WAITING, "proposal_id": UUID(int=5), "revision": 2}
    draft = ProposalDrafted(**known, proposal=a_proposal(), tier=a_tier(), author="script")

    await say_drafted_proposal(caused_by(REQUEST, draft, source="proposal", time=NOW), ports)

    assert (await stored(ports)).awaiting is None
    assert outside.replies.shown(WAITING).startswith("Here it comes:\n\n**")
    outcome = (await ports.store.load(CONVERSATION, WAITING)).outcomes[WAITING]
    assert outcome.status is TurnStatus.ANSWERED


async def test_the_visitor_writes_on(outside: FakeOutside) -> None:
    ports, turn = outside.ports(), Scene(outside).turn("We are 15 people.")
    before = await stored(ports)
    assert (before.change_wish, before.open_question) == ("without emails", None)
    assert [utterance.text for utterance in before.history] == ["We use Excel.", "Good."]

    await answer_turns(FakeBurst(turn), ports)

    after = await stored(ports)
    assert after.profile.team_size is not None and after.is_stale
    assert outside.replies.ends(turn.data.turn_id)


async def test_a_lost_result_is_looked_after(outside: FakeOutside) -> None:
    ports = outside.ports()
    for _ in range(3):
        outside.wait(31)
        await look_after_due(ports)
    assert (await stored(ports)).awaiting is None
    assert outside.replies.ends(WAITING)
