"""When a lead is told of, and what is said to have changed."""

from collections.abc import Callable

import pytest

from contracts.cloudevent import CloudEvent, Event
from contracts.values import Profile, Stage
from services.leadstore.domain import Conversation, fold, lead_of, what_changed
from tests.unit.leadstore.builders import Story, at, slot

Make = Callable[[Story], CloudEvent[Event]]


def changes_by(story: Story, known: list[CloudEvent[Event]], *events: CloudEvent[Event]) -> tuple[str, ...]:
    before = Conversation(id=story.id)
    for event in known:
        before = fold(before, event)
    after = before
    for event in events:
        after = fold(after, event)
    return what_changed(before, after)


ADA, GROWN = (Profile(name=slot("Ada"), team_size=slot(size)) for size in (8, 9))


@pytest.mark.parametrize(
    ("known", "event", "changed"),
    [
        ([], lambda story: story.turn(0), ("status", "stage", "source", "started_at")),
        ([], lambda story: story.drafted(), ()),
        ([lambda story: story.turn(0)], lambda story: story.answered(), ()),
        ([lambda story: story.turn(0)], lambda story: story.turn(2), ()),
        (
            [lambda story: story.turn(0), lambda story: story.told(ADA)],
            lambda story: story.told(GROWN),
            ("profile.team_size",),
        ),
        ([lambda story: story.turn(0)], lambda story: story.drafted(), ("status", "proposal", "tier")),
        ([lambda story: story.turn(0)], lambda story: story.booked(), ("status", "demo_at")),
    ],
    ids=[
        "a lead exists from the first message",
        "nothing is told before the first message",
        "an answer changes no lead",
        "a turn changes no lead",
        "a corrected slot is named",
        "a draft changes status, proposal and tier",
        "a booking changes status and time",
    ],
)
def test_what_an_event_changes_is_named(known: list[Make], event: Make, changed: tuple[str, ...]) -> None:
    story = Story()

    assert changes_by(story, [make(story) for make in known], event(story)) == changed


def test_what_was_known_before_the_first_message_is_told_with_it() -> None:
    story = Story()

    changed = changes_by(story, [story.drafted()], story.turn(0))

    assert {"started_at", "proposal", "tier"} <= set(changed)


def test_an_erasure_is_told_once_with_what_was_forgotten() -> None:
    story = Story()
    known = [story.turn(0), story.told(Profile(name=slot("Ada")))]
    erased = story.erased(9)

    assert changes_by(story, known, erased) == ("erased", "profile.name")
    assert changes_by(story, [*known, erased], story.advanced(Stage.SCOPE)) == ()


def test_a_lead_is_whole() -> None:
    story = Story()
    conversation = Conversation(id=story.id)
    profile = Profile(name=slot("Ada"))
    draft = story.drafted(2)

    for event in (story.turn(0), story.told(profile), draft, story.linked(3), story.booked(4, starts=600)):
        conversation = fold(conversation, event)
    lead = lead_of(conversation)

    assert lead is not None
    assert lead.profile == profile
    assert (lead.proposal, lead.tier) == (draft.data.proposal, draft.data.tier)
    assert (lead.started_at, lead.changed_at, lead.demo_at) == (at(0), at(4), at(600))
