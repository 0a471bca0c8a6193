"""A conversation keeps the edition it began with, and what its prompt led to is counted."""

from uuid import uuid4

import pytest

from contracts.cloudevent import caused_by
from contracts.events import ConversationStalled, ProposalRequested, TurnAnswered
from contracts.values import Stage
from services.dialogue.domain.changes import Change, Outcome, TurnStatus
from services.dialogue.domain.conversation import Conversation
from services.dialogue.domain.trial import DROPPED, REFUSED, counted_in
from tests.support.dialogue_fakes import BEGINNING, FakeOutside
from tests.support.dialogue_scene import UP_TO_THE_PROPOSAL, Scene
from tests.support.playbooks import SHIPPED
from tests.unit.dialogue.builders import CONVERSATION, a_proposal, a_tier

OPENED = Conversation.open(CONVERSATION, "widget")
PROPOSED = OPENED.model_copy(update={"proposal": a_proposal(), "tier": a_tier(), "revision": 1})


def a_change(conversation: Conversation, **answered: object) -> Change:
    """What an answer, or without one the visitor's silence, led to."""
    known = {"conversation_id": CONVERSATION, "stage": Stage.UNDERSTAND}
    told = {"reply_id": uuid4(), "answered_turn_ids": (), "reply": "Hello.", "calendly_shown": False}
    told |= {"degraded": False, "author": "model"}
    event = (
        TurnAnswered.model_validate(known | told | answered)
        if answered
        else ConversationStalled(**known, silent_since=BEGINNING)
    )
    return Change(
        cause_id=uuid4(),
        conversation=conversation,
        version=1,
        asking=None,
        read="",
        outcome=Outcome(status=TurnStatus.ANSWERED, stage=Stage.UNDERSTAND, sequence=1),
        new_turns=(),
        settled_turn_ids=(),
        events=[caused_by(uuid4(), event, source="dialogue", time=BEGINNING, sequence=1)],
        wake_at=None,
    )


@pytest.mark.parametrize(
    ("change", "counted"),
    [
        (a_change(OPENED, model="gpt", refused=("promise", "unknown_fact")), [(REFUSED, 2)]),
        (a_change(OPENED, model="gpt"), [(REFUSED, 0)]),
        (a_change(OPENED, author="script"), []),
        (a_change(PROPOSED, author="script", proposal_shown=True), [(DROPPED, 0)]),
        (a_change(PROPOSED.model_copy(update={"revision": 2}), author="script", proposal_shown=True), []),
        (a_change(OPENED), [(DROPPED, 1)]),
        (a_change(PROPOSED), []),
    ],
)
def test_refused_sentences_and_silence_before_a_proposal_are_counted(
    change: Change, counted: list[tuple[str, int]]
):
    assert list(counted_in(change)) == counted


async def test_a_conversation_stores_what_it_is_told_by_and_asks_for_its_proposal_with_it():
    outside = FakeOutside(SHIPPED)
    scene = Scene(outside)
    for line in UP_TO_THE_PROPOSAL:
        await scene.say(line)

    digests = (SHIPPED.digest, SHIPPED.prompt.digest)
    assert (scene.conversation.playbook, scene.conversation.prompt) == digests
    (request,) = [
        event.data for event in outside.announcer.published if isinstance(event.data, ProposalRequested)
    ]
    assert (request.playbook, request.prompt) == digests


def test_what_a_later_release_stored_is_kept_by_this_one():
    stored = OPENED.model_dump_json(exclude_defaults=True)
    later = Conversation.model_validate_json(stored[:-1] + ', "of_a_later_release": {"words": ["new"]}}')

    saved = later.model_copy(update={"closed": True}).model_dump(mode="json", exclude_defaults=True)

    assert saved["of_a_later_release"] == {"words": ["new"]}
