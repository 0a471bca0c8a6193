"""Stored conversations are led again, and only what would be different is told."""

from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import pytest

from contracts.events import ConversationErased, ProfileUpdated, ProposalDrafted, TurnAnswered, TurnReceived
from contracts.values import Profile, Stage
from evals.in_process import InProcess
from evals.replay import Stored, compare, fold, rerun
from evals.replay.leading import as_stored
from evals.replay.rerun import in_process
from playbook import load_playbook
from tests.support.playbooks import default_playbook, with_place, written
from tests.unit.dialogue.builders import a_proposal, a_tier
from tests.unit.evals.builders import PLAYBOOK, slot

CONVERSATION = UUID("5d1c6d0a-8e0d-4a0e-9a39-0c9f5a0f3f52")
LINES = (
    *("Hi, I run a dental clinic. We are 22 people.", "Rescheduling appointments takes too much time."),
    *("Rescheduling.", "A patient calls, we look into the calendar, offer a slot, then confirm."),
    *("Outlook and Dentrix.", "About 20 hours a week. It works if nobody has to wait."),
    *("Looks good.", "Yes, send me the link."),
)


def turn(number: int) -> UUID:
    return uuid5(CONVERSATION, str(number))


@pytest.fixture
async def stored() -> Stored:
    """A conversation as the default playbook leads it."""
    spoken = Stored(CONVERSATION, {turn(number): line for number, line in enumerate(LINES)})
    return await rerun(spoken, InProcess(PLAYBOOK, "the first time"))


def received(number: int, message: str) -> TurnReceived:
    return TurnReceived(conversation_id=CONVERSATION, turn_id=turn(number), message=message, source="widget")


def answered(number: int, stage: Stage, *, link: bool = False, **led_by: str) -> TurnAnswered:
    ids = {"reply_id": uuid5(turn(number), "reply"), "answered_turn_ids": (turn(number),)}
    said: dict[str, Any] = {"reply": "Thanks.", "stage": stage, "calendly_shown": link, "degraded": False}
    paid = {"author": "model", "cost_usd": 0.01, **led_by}
    return TurnAnswered(conversation_id=CONVERSATION, **ids, **said, **paid)


def drafted(revision: int, tier: str) -> ProposalDrafted:
    ids = {"proposal_id": uuid5(CONVERSATION, tier), "turn_id": turn(revision), "revision": revision}
    draft = {"proposal": a_proposal(), "tier": a_tier(tier=tier), "author": "model", "cost_usd": 0.002}
    return ProposalDrafted(conversation_id=CONVERSATION, **ids, **draft)


@pytest.mark.parametrize(
    ("place", "value", "told"),
    [
        ("catalogue.1.monthly_price_usd", 2500, {}),
        ("catalogue.1.monthly_price_usd", 2400, {"price": "$2,500 → $2,400"}),
        ("tier_rule.cases.1.when_any.0.over", 30, {"tier": "growth → starter"}),
    ],
)
async def test_only_what_another_playbook_would_change_is_told(
    stored: Stored, tmp_path: Path, place: str, *, value: int, told: dict[str, str]
) -> None:
    other = with_place(default_playbook(), place, value)
    growth = other["facts"]["growth"]
    growth["says"] = growth["says"].replace("2,500", f"{other['catalogue'][1]['monthly_price_usd']:,}")

    again = await rerun(stored, in_process(stored, load_playbook(written(tmp_path, other))))

    changes = {name: str(change) for name, change in compare(stored, again).changes.items()}
    assert told.items() <= changes.items()
    assert bool(changes) is bool(told)


async def test_what_a_website_told_is_no_difference_to_what_the_visitor_said(stored: Stored) -> None:
    name = slot("Grace Hopper").model_copy(update={"told_by": "website"})
    told = replace(stored, profile=stored.profile.model_copy(update={"name": name}))
    assert compare(told, stored).changes == {}


def test_the_log_is_folded_into_what_was_said_and_what_came_of_it_each_once() -> None:
    profile = Profile(team_size=slot(22))
    told = [received(1, "Hello"), received(2, "We are 22")]
    answers = [answered(1, Stage.UNDERSTAND), answered(2, Stage.BOOK, link=True)]
    updated = ProfileUpdated(conversation_id=CONVERSATION, profile=profile, changed=("team_size",))
    drafts = [drafted(revision, tier) for revision, tier in enumerate(("starter", "growth"), start=1)]
    events = [*told, *told, updated, *answers, *answers, *drafts]

    (conversation,) = fold(events)

    assert list(conversation.lines.values()) == ["Hello", "We are 22"]
    assert conversation.stages == [Stage.UNDERSTAND, Stage.BOOK]
    assert (conversation.profile, conversation.link_shown) == (profile, True)
    assert (conversation.tier, conversation.cost_usd) == (a_tier(tier="growth"), pytest.approx(0.024))
    assert fold([*events, ConversationErased(conversation_id=CONVERSATION)]) == []


def test_a_log_tells_by_what_its_conversations_were_led() -> None:
    terse = {"prompt": "terse", "model": "gpt-4o"}
    led_by = ({"playbook": "old", **terse}, {"playbook": "new", **terse}, {"playbook": "new"})
    answers = [answered(turn, Stage.UNDERSTAND, **led) for turn, led in enumerate(led_by, 1)]
    leading = str(as_stored(fold([received(1, "Hello"), *answers])))
    assert leading == "playbook old, new · prompt terse · spoken by gpt-4o, the playbook"
