"""What an operator finds in a dead-letter topic is what the AsyncAPI document describes."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from chassis.kafka.dead_letter import DeadLetters, Parked
from chassis.kafka.letter import Address, Letter, settlement_headers
from chassis.kafka.retry import RetryPolicy
from contracts import asyncapi
from contracts.cloudevent import MalformedEvent

# Making the headers of a parked record sends nothing.
NO_BROKER: Any = None


def test_the_headers_of_a_parked_record_are_its_own_and_the_described_ones() -> None:
    document: Any = asyncapi.document()
    described = document["components"]["messages"]["ParkedRecord"]["headers"]
    own = ("ce_id", b"not an id")
    record: Any = SimpleNamespace(topic="conversation.turns.v1", partition=3, offset=7, headers=(own,))
    dead_letters = DeadLetters(NO_BROKER, "dialogue", RetryPolicy())

    written = dead_letters._headers(Parked(record, "MalformedEvent", 1), MalformedEvent("unreadable"))

    assert own in written
    assert {name for name, _ in written} == {*described["required"], "ce_id"}
    assert described["properties"].keys() - described["required"] == {"x-dlq-omitted"}


def test_the_headers_of_a_settlement_are_the_described_ones() -> None:
    document: Any = asyncapi.document()
    described = document["components"]["messages"]["Settlement"]["headers"]
    home, origin = Address("conversation.turns.v1.dlq", 3, 0), Address("conversation.turns.v1", 3, 7)
    letter = Letter(home, datetime.now(UTC), b"key", 0, (), {}, origin)

    dropped = dict(settlement_headers(letter, "dropped", "ann@host", None))
    replayed = dict(settlement_headers(letter, "replayed", "ann@host", origin))

    assert dropped.keys() == set(described["required"])
    assert replayed.keys() == described["properties"].keys()
