"""A transcript reads as the conversation went, whatever the clocks say."""

from random import Random
from typing import Any

import pytest

from services.leadstore.domain import in_order
from services.leadstore.domain.transcript import failed_turn_of, message_of
from tests.unit.leadstore.builders import Story, Told


def texts(events: list[Told]) -> list[str]:
    """What was said, in the order of the transcript; the order of the rows is of no help."""
    Random(7).shuffle(events)
    messages = [message for event in events if (message := message_of(event))]
    failed = [turn for event in events if (turn := failed_turn_of(event))]
    return [message.text for message in in_order(messages, failed)]


ORDERS: dict[str, Any] = {
    "a reply stands after its turn though dialogue's clock is behind": (
        {"first": 10, "second": 11},
        [("to first", "first"), ("to second", "second")],
        ["first", "to first", "second", "to second"],
    ),
    "a burst stands before the one reply to it": (
        {"well": 1, "we are": 2, "a clinic": 3},
        [("I see", "well", "we are", "a clinic")],
        ["well", "we are", "a clinic", "I see"],
    ),
    "what nobody asked for stands where it was said": (
        {"first": 1, "second": 2},
        [("hold on", "first"), ("the proposal",), ("glad you like it", "second")],
        ["first", "hold on", "the proposal", "second", "glad you like it"],
    ),
    "a turn answered twice stands before the first reply": (
        {"propose": 5},
        [("hold on", "propose"), ("here it is", "propose")],
        ["propose", "hold on", "here it is"],
    ),
    "an unanswered turn stands at the end": (
        {"first": 1, "waiting": 2},
        [("to first", "first")],
        ["first", "to first", "waiting"],
    ),
    "a turn nobody will answer does not stay at the end": (
        {"first": 1, "lost": 2, "last": 3},
        [("to first", "first"), ("to last", "last")],
        ["first", "to first", "lost", "last", "to last"],
    ),
    "a failed turn stands where its answer would have": (
        {"first": 1, "broken": 2, "last": 3},
        [("to first", "first"), (None, "broken"), ("to last", "last")],
        ["first", "to first", "broken", "last", "to last"],
    ),
}


@pytest.mark.parametrize(("turns", "replies", "ordered"), ORDERS.values(), ids=ORDERS)
def test_a_transcript_has_the_order_of_the_conversation(
    turns: dict[str, float], replies: list[tuple[str | None, ...]], ordered: list[str]
) -> None:
    story = Story()
    said = {text: story.turn(minute, text) for text, minute in turns.items()}
    events = list(said.values())
    for minute, (reply, *answered) in enumerate(replies):
        of = [said[text or ""] for text in answered]
        events.append(story.failed(*of) if reply is None else story.answered(*of, minute=minute, reply=reply))

    assert texts(events) == ordered
