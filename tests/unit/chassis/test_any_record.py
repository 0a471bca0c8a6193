"""Whatever bytes stand in a record: it is handled, skipped or parked, and nothing else notices."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.record.default_records import DefaultRecordBatchBuilder
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.sdk.trace import TracerProvider

from chassis.kafka import batch_subscriber, dead_letter, keyed_subscriber, make_broker, telemetry
from chassis.kafka.dead_letter import Parked, parse_parked
from chassis.kafka.record import Record, event_type_of, parse_as, text_headers, with_text_headers
from chassis.settings import ServiceSettings
from contracts.cloudevent import CloudEvent, Event, MalformedEvent
from contracts.events import TurnReceived
from tests.support.event_records import turn_received
from tests.support.fake_kafka import fake_clients
from tests.support.records import record, record_of
from tests.support.waiting import until

TOPIC = TurnReceived.topic
GOOD = turn_received("good")
HEADERS = [(name, text.encode()) for name, text in GOOD.headers().items()]
ODD_NAMES = ("traceparent", "tracestate", "content-type", "correlation_id", "reply_to", "x-dlq-reason", "")

_BYTES = st.binary(max_size=20)
_VALUES = st.none() | _BYTES | st.just(GOOD.value()) | st.sampled_from([b"null", b"{}", b"[" * 5000])
_NAMES = st.sampled_from([name for name, _ in HEADERS]) | st.sampled_from(ODD_NAMES) | st.text(max_size=5)
_CONTENTS = st.none() | _BYTES | st.sampled_from([content for _, content in HEADERS])
_EXTRA = st.lists(st.tuples(_NAMES.filter(lambda name: name.isprintable()), _CONTENTS), max_size=6)
_LISTS = st.sampled_from([HEADERS, [], HEADERS[:4], HEADERS * 2])
_KEYS = st.none() | _BYTES | st.just(GOOD.key)
# Key, value and headers of a record.
Content = tuple[bytes | None, bytes | None, list[tuple[str, bytes | None]]]
_CONTENT = st.tuples(_KEYS, _VALUES, st.tuples(_LISTS, _EXTRA).map(lambda both: [*both[0], *both[1]]))


class Parking:
    """A producer that takes what a real one could send."""

    def __init__(self) -> None:
        self.count = 0

    async def send_and_wait(
        self, topic: str, value: bytes | None, *, key: bytes | None, headers: Sequence[tuple[str, Any]]
    ) -> None:
        assert topic.endswith(".dlq")
        assert value is not None or key is not None
        batch = DefaultRecordBatchBuilder(2, 0, 0, -1, -1, 0, 1 << 20)
        assert batch.append(0, timestamp=0, key=key, value=value, headers=list(headers))
        self.count += 1


def records_of(contents: list[Content]) -> list[Record]:
    """The records between good ones."""
    odd = [
        record(key, offset=2 * number, topic=TOPIC, value=value, headers=headers)
        for number, (key, value, headers) in enumerate(contents)
    ]
    good = [record_of(turn_received("good"), offset=2 * number + 1) for number in range(len(odd))]
    return [one for pair in zip(odd, good, strict=True) for one in pair]


async def handle_keyed(records: list[Record]) -> int:
    """Handle them in lanes; how many reached the handler."""
    handled: list[CloudEvent[TurnReceived]] = []

    async def note(event: CloudEvent[TurnReceived]) -> None:
        handled.append(event)

    broker = make_broker(ServiceSettings(), service="tests")
    subscriber = keyed_subscriber(broker, TOPIC, group_id="tests")
    subscriber.on(TurnReceived)(note)
    await broker.start()
    subscriber.take_over({TopicPartition(TOPIC, 0)})
    for one in records:
        await subscriber.consume_one(one)
    await until(lambda: subscriber.lanes.held == 0 or subscriber.lanes.is_broken)
    assert not subscriber.lanes.is_broken
    assert subscriber.uncommitted() == {TopicPartition(TOPIC, 0): len(records)}
    await broker.stop()
    return len(handled)


async def handle_in_batch(records: list[Record]) -> int:
    """Handle them as one poll; how many reached the handler."""
    handled: list[CloudEvent[Event]] = []

    async def note(events: Sequence[CloudEvent[Event]]) -> None:
        handled.extend(events)

    broker = make_broker(ServiceSettings(), service="tests")
    subscriber = batch_subscriber(broker, TOPIC, group_id="tests", handler=note)
    subscriber.take_over({TopicPartition(TOPIC, 0)})
    await subscriber.consume_one(tuple(records))
    assert subscriber.uncommitted() == {TopicPartition(TOPIC, 0): len(records)}
    return len(handled)


@pytest.mark.parametrize("handle", [handle_keyed, handle_in_batch])
def test_whatever_stands_in_a_record_its_neighbours_are_handled(handle: Any) -> None:
    @given(st.lists(_CONTENT, min_size=1, max_size=8))
    def try_out(contents: list[Content]) -> None:
        with pytest.MonkeyPatch.context() as patch:
            fake_clients(patch)
            parking = Parking()
            patch.setattr(dead_letter, "producer_of", lambda _broker: parking)
            # Spans that record, so that their attributes are made and looked at too.
            patch.setattr(telemetry, "tracer", TracerProvider().get_tracer("tests"))

            handled = asyncio.run(handle(records_of(contents)))

            skipped = sum(is_unknown(headers) for _, _, headers in contents)
            assert handled >= len(contents)
            assert handled + parking.count + skipped == 2 * len(contents)

    try_out()


def is_unknown(headers: list[tuple[str, bytes | None]]) -> bool:
    """Whether the type is one that this version does not know, or has no handler for."""
    event_type = event_type_of(record(headers=headers))
    return event_type is not None and event_type != TurnReceived.type_name()


@given(_CONTENT)
def test_a_record_is_looked_at_without_a_failure_but_the_promised_one(content: Content) -> None:
    key, value, headers = content
    one = record(key, value=value, headers=headers)

    assert all(isinstance(text, str) for text in text_headers(one).values())
    for read in (
        lambda: parse_as(TurnReceived, one),
        lambda: parse_parked(Parked(one, "reason", 1), TurnReceived),
        lambda: with_text_headers(one),
    ):
        try:
            read()
        except MalformedEvent:
            continue
