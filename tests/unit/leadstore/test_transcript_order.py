"""A transcript reads as the conversation went, whatever the clocks say."""

from collections.abc import Iterable
from random import Random

from contracts.cloudevent import CloudEvent, Event
from services.leadstore.domain import in_order
from services.leadstore.domain.transcript import failed_turn_of, message_of
from tests.unit.leadstore.builders import Story


def texts(events: Iterable[CloudEvent[Event]]) -> list[str]:
    """What was said, in the order of the transcript; the order of the rows is of no help."""
    events = list(events)
    Random(7).shuffle(events)
    messages = [message for event in events if (message := message_of(event))]
    failed = [turn for event in events if (turn := failed_turn_of(event))]
    return [message.text for message in in_order(messages, failed)]


def test_a_reply_stands_after_its_turn_though_dialogues_clock_is_behind() -> None:
    story = Story()
    first, second = story.turn(10, "first"), story.turn(11, "second")

    ordered = texts(
        [
            first,
            second,
            story.answered(first, minute=1, reply="to first"),
            story.answered(second, minute=2, reply="to second"),
        ]
    )

    assert ordered == ["first", "to first", "second", "to second"]


def test_a_burst_stands_before_the_one_reply_to_it() -> None:
    story = Story()
    burst = [story.turn(minute, text) for minute, text in ((1, "well"), (2, "we are"), (3, "a clinic"))]

    ordered = texts([*burst, story.answered(*burst, minute=0, reply="I see")])

    assert ordered == ["well", "we are", "a clinic", "I see"]


def test_what_nobody_asked_for_stands_where_it_was_said() -> None:
    story = Story()
    first, second = story.turn(1, "first"), story.turn(2, "second")

    ordered = texts(
        [
            first,
            story.answered(first, reply="hold on"),
            story.answered(reply="here is the proposal"),
            second,
            story.answered(second, reply="glad you like it"),
        ]
    )

    assert ordered == ["first", "hold on", "here is the proposal", "second", "glad you like it"]


def test_a_turn_answered_twice_stands_before_the_first_reply() -> None:
    story = Story()
    turn = story.turn(5, "propose")

    ordered = texts([turn, story.answered(turn, reply="hold on"), story.answered(turn, reply="here it is")])

    assert ordered == ["propose", "hold on", "here it is"]


def test_an_unanswered_turn_stands_at_the_end() -> None:
    story = Story()
    first, waiting = story.turn(1, "first"), story.turn(2, "waiting")

    ordered = texts([first, story.answered(first, minute=30, reply="to first"), waiting])

    assert ordered == ["first", "to first", "waiting"]


def test_a_turn_nobody_will_answer_does_not_stay_at_the_end() -> None:
    story = Story()
    first, lost, last = story.turn(1, "first"), story.turn(2, "lost"), story.turn(3, "last")

    ordered = texts(
        [first, story.answered(first, reply="to first"), lost, last, story.answered(last, reply="to last")]
    )

    assert ordered == ["first", "to first", "lost", "last", "to last"]


def test_a_failed_turn_stands_where_its_answer_would_have() -> None:
    story = Story()
    first, broken, last = story.turn(1, "first"), story.turn(2, "broken"), story.turn(3, "last")

    ordered = texts(
        [
            first,
            story.answered(first, reply="to first"),
            broken,
            story.failed(broken),
            last,
            story.answered(last, reply="to last"),
        ]
    )

    assert ordered == ["first", "to first", "broken", "last", "to last"]
