"""What an event adds to what is known of a conversation."""

from uuid import UUID, uuid4

from contracts.cloudevent import CloudEvent, Event
from contracts.values import LeadStatus, Profile, Stage
from services.leadstore.domain import Conversation, fold
from tests.unit.leadstore.builders import Story, at, slot


def folded(story: Story, *events: CloudEvent[Event]) -> Conversation:
    conversation = Conversation(id=story.id)
    for event in events:
        conversation = fold(conversation, event)
    return conversation


def test_a_conversation_begins_with_the_first_turn_even_when_dialogue_is_silent() -> None:
    story = Story()

    conversation = folded(story, story.turn(0, source="email"))

    assert conversation.started_at == at(0)
    assert conversation.source == "email"
    assert conversation.status is LeadStatus.TALKING


def test_the_source_is_that_of_the_earliest_turn() -> None:
    story = Story()

    conversation = folded(story, story.turn(5, source="email"), story.turn(1, source="widget"))

    assert (conversation.source, conversation.started_at) == ("widget", at(1))
    assert conversation.last_turn_at == at(5)


def test_a_stage_is_never_left_backwards() -> None:
    story = Story()

    conversation = folded(story, story.advanced(Stage.PROPOSE, 5), story.advanced(Stage.IDENTIFY, 1))

    assert (conversation.stage, conversation.stage_at) == (Stage.PROPOSE, at(5))


def test_an_answer_tells_the_stage_before_its_own_event_does() -> None:
    story = Story()

    assert folded(story, story.answered(stage=Stage.SCOPE)).stage is Stage.SCOPE


def test_an_older_profile_does_not_replace_a_newer_one() -> None:
    story = Story()
    older = story.told(Profile(name=slot("Ada")))
    newer = story.told(Profile(name=slot("Ada Lovelace"), team_size=slot(8)))

    conversation = folded(story, newer, older)

    assert conversation.profile == newer.data.profile


def test_the_latest_revision_of_the_proposal_stands() -> None:
    story = Story()
    first = story.drafted(2, revision=1, agent_name="First")
    second = story.drafted(1, revision=2, agent_name="Second")

    conversation = folded(story, second, first)

    assert conversation.proposal == second.data.proposal
    assert conversation.status is LeadStatus.PROPOSED


def test_a_link_counts_as_sent_only_when_the_visitor_saw_it() -> None:
    story = Story()

    issued = folded(story, story.linked(3))
    shown = fold(issued, story.answered(minute=4, calendly_shown=True))

    assert issued.status is LeadStatus.TALKING
    assert (shown.status, shown.link_sent_at) == (LeadStatus.LINK_SENT, at(4))


def test_a_booked_demo_says_when() -> None:
    story = Story()

    conversation = folded(story, story.booked(starts=600))

    assert (conversation.status, conversation.demo_at) == (LeadStatus.BOOKED, at(600))


def test_a_moved_demo_stays_booked_though_the_old_one_is_told_as_canceled() -> None:
    story, first = Story(), uuid4()

    conversation = folded(
        story, story.booked(demo_id=first), story.moved(first, starts=700), story.canceled(first)
    )

    assert (conversation.status, conversation.demo_at) == (LeadStatus.BOOKED, at(700))


def test_a_canceled_demo_is_said_as_such_even_when_told_before_it_was_booked() -> None:
    story, demo_id = Story(), UUID(int=7)

    conversation = folded(story, story.canceled(demo_id, 6), story.booked(4, demo_id=demo_id))

    assert (conversation.status, conversation.demo_at) == (LeadStatus.CANCELED, None)


def test_a_new_booking_after_a_cancellation_is_booked() -> None:
    story, demo_id = Story(), uuid4()

    conversation = folded(
        story, story.booked(4, demo_id=demo_id), story.canceled(demo_id, 5), story.booked(6, starts=900)
    )

    assert (conversation.status, conversation.demo_at) == (LeadStatus.BOOKED, at(900))


def test_a_visitor_who_comes_back_is_no_longer_silent() -> None:
    story = Story()

    silent = folded(story, story.turn(0), story.stalled(60))
    back = fold(silent, story.turn(61))

    assert silent.is_silent
    assert not back.is_silent


def test_a_bots_nudge_does_not_end_the_visitors_silence() -> None:
    story = Story()

    assert folded(story, story.turn(0), story.stalled(60), story.answered(minute=61)).is_silent


def test_an_erased_conversation_forgets_what_was_said_and_stays_forgotten() -> None:
    story = Story()
    late = (story.drafted(9, revision=2), story.linked(9), story.booked(9))

    conversation = folded(
        story, story.turn(0), story.told(Profile(name=slot("Ada"))), story.drafted(2), story.erased(8), *late
    )

    assert conversation.erased_at == at(8)
    assert conversation.profile == Profile()
    assert (conversation.proposal, conversation.tier, conversation.booking_url) == (None, None, None)
    assert conversation.demos == ()


def test_the_furthest_sequence_is_remembered() -> None:
    story = Story()
    first, second = story.started(0), story.advanced(Stage.SCOPE)

    assert folded(story, second, first).last_sequence == second.sequence


def test_chatting_does_not_change_when_the_lead_changed() -> None:
    story = Story()
    turn = story.turn(0)

    conversation = folded(story, turn, story.answered(turn, minute=1), story.turn(2))

    assert conversation.changed_at == at(0)
    assert conversation.last_message_at == at(2)
