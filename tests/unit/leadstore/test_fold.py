"""What an event adds to what is known of a conversation."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from contracts.cloudevent import CloudEvent, Event
from contracts.values import LeadStatus, Profile, Stage
from services.leadstore.domain import Conversation, fold
from tests.unit.leadstore.builders import Story, at, slot

ONE, OTHER = UUID(int=7), UUID(int=8)
OLDER, NEWER = Profile(name=slot("Ada")), Profile(name=slot("Ada Lovelace"), team_size=slot(8))


def folded(story: Story, *events: CloudEvent[Event]) -> Conversation:
    conversation = Conversation(id=story.id)
    for event in events:
        conversation = fold(conversation, event)
    return conversation


def in_reverse(story: Story, *made: Callable[[Story], CloudEvent[Event]]) -> list[CloudEvent[Event]]:
    """Events published in this order, that arrive in the opposite one."""
    return [make(story) for make in made][::-1]


@pytest.mark.parametrize(
    ("events", "known"),
    [
        pytest.param(
            lambda story: [story.turn(0, source="email")],
            {"started_at": at(0), "source": "email", "status": LeadStatus.TALKING},
            id="a conversation begins with the first turn even when dialogue is silent",
        ),
        pytest.param(
            lambda story: [story.turn(5, source="email"), story.turn(1, source="widget")],
            {"source": "widget", "started_at": at(1), "last_turn_at": at(5)},
            id="the source is that of the earliest turn",
        ),
        pytest.param(
            lambda story: [story.advanced(Stage.PROPOSE, 5), story.advanced(Stage.IDENTIFY, 1)],
            {"stage": Stage.PROPOSE, "stage_at": at(5)},
            id="a stage is never left backwards",
        ),
        pytest.param(
            lambda story: [story.answered(stage=Stage.SCOPE)],
            {"stage": Stage.SCOPE},
            id="an answer tells the stage before its own event does",
        ),
        pytest.param(
            lambda story: in_reverse(story, lambda s: s.told(OLDER), lambda s: s.told(NEWER)),
            {"profile": NEWER},
            id="an older profile does not replace a newer one",
        ),
        pytest.param(
            lambda story: [story.linked(3)],
            {"status": LeadStatus.TALKING},
            id="a link that was issued is not sent yet",
        ),
        pytest.param(
            lambda story: [story.linked(3), story.answered(minute=4, calendly_shown=True)],
            {"status": LeadStatus.LINK_SENT, "link_sent_at": at(4)},
            id="a link counts as sent when the visitor saw it",
        ),
        pytest.param(
            lambda story: [story.booked(starts=600)],
            {"status": LeadStatus.BOOKED, "demo_at": at(600)},
            id="a booked demo says when",
        ),
        pytest.param(
            lambda story: [story.booked(demo_id=ONE), story.moved(ONE, starts=700), story.canceled(ONE)],
            {"status": LeadStatus.BOOKED, "demo_at": at(700)},
            id="a moved demo stays booked though the old one is canceled",
        ),
        pytest.param(
            lambda story: [story.canceled(ONE, 6), story.booked(4, demo_id=ONE)],
            {"status": LeadStatus.CANCELED, "demo_at": None},
            id="a canceled demo is canceled even when that arrives before the booking",
        ),
        pytest.param(
            lambda story: [
                story.booked(4, demo_id=ONE),
                story.canceled(ONE, 5),
                story.booked(6, demo_id=OTHER, starts=900),
            ],
            {"status": LeadStatus.BOOKED, "demo_at": at(900)},
            id="a new booking after a cancellation is booked",
        ),
        pytest.param(
            lambda story: [story.turn(0), story.stalled(60), story.answered(minute=61)],
            {"is_silent": True},
            id="a nudge of the bot does not end the visitor's silence",
        ),
        pytest.param(
            lambda story: [story.turn(0), story.stalled(60), story.turn(61)],
            {"is_silent": False},
            id="a visitor who comes back is no longer silent",
        ),
        pytest.param(
            lambda story: [
                *(story.turn(0), story.told(OLDER), story.drafted(2), story.erased(8)),
                *(story.drafted(9, revision=2), story.linked(9), story.booked(9)),
            ],
            {
                "erased_at": at(8),
                "profile": Profile(),
                "proposal": None,
                "tier": None,
                "booking_url": None,
                "demos": (),
            },
            id="an erased conversation forgets what was said and stays forgotten",
        ),
        pytest.param(
            lambda story: [turn := story.turn(0), story.answered(turn, minute=1), story.turn(2)],
            {"changed_at": at(0), "last_message_at": at(2)},
            id="chatting does not change when the lead changed",
        ),
    ],
)
def test_what_is_known_after(
    events: Callable[[Story], list[CloudEvent[Event]]], known: dict[str, Any]
) -> None:
    story = Story()

    conversation = folded(story, *events(story))

    assert {name: getattr(conversation, name) for name in known} == known


def test_the_latest_revision_of_the_proposal_stands() -> None:
    story = Story()
    first = story.drafted(2, revision=1, agent_name="First")
    second = story.drafted(1, revision=2, agent_name="Second")

    conversation = folded(story, second, first)

    assert conversation.proposal == second.data.proposal
    assert conversation.status is LeadStatus.PROPOSED


def test_the_furthest_sequence_is_remembered() -> None:
    story = Story()
    first, second = story.started(0), story.advanced(Stage.SCOPE)

    assert folded(story, second, first).last_sequence == second.sequence
