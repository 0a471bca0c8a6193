"""When a lead is told of, and what is said to have changed."""

from contracts.cloudevent import CloudEvent, Event
from contracts.values import Profile, Stage
from services.leadstore.domain import Conversation, fold, lead_of, what_changed
from tests.unit.leadstore.builders import Story, at, slot


def changes_by(story: Story, known: list[CloudEvent[Event]], *events: CloudEvent[Event]) -> tuple[str, ...]:
    before = Conversation(id=story.id)
    for event in known:
        before = fold(before, event)
    after = before
    for event in events:
        after = fold(after, event)
    return what_changed(before, after)


def test_a_lead_exists_from_the_first_message() -> None:
    story = Story()

    changed = changes_by(story, [], story.turn(0))

    assert changed == ("status", "stage", "source", "started_at")


def test_nothing_is_told_before_anybody_has_said_anything() -> None:
    story = Story()

    assert changes_by(story, [], story.drafted()) == ()


def test_what_was_known_before_the_first_message_is_told_with_it() -> None:
    story = Story()

    changed = changes_by(story, [story.drafted()], story.turn(0))

    assert {"started_at", "proposal", "tier"} <= set(changed)


def test_chatting_changes_no_lead() -> None:
    story = Story()
    turn = story.turn(0)

    assert changes_by(story, [turn], story.answered(turn), story.turn(2)) == ()


def test_a_corrected_slot_is_named() -> None:
    story = Story()
    known = [story.turn(0), story.told(Profile(name=slot("Ada"), team_size=slot(8)))]

    changed = changes_by(story, known, story.told(Profile(name=slot("Ada"), team_size=slot(9))))

    assert changed == ("profile.team_size",)


def test_a_draft_changes_status_proposal_and_tier() -> None:
    story = Story()

    assert changes_by(story, [story.turn(0)], story.drafted()) == ("status", "proposal", "tier")


def test_a_booking_changes_status_and_time() -> None:
    story = Story()

    assert changes_by(story, [story.turn(0)], story.booked()) == ("status", "demo_at")


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
