"""Whatever bytes stand in a record, looking at it fails in no way but the promised one."""

from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from chassis.kafka.dead_letter import Parked, parse_parked
from chassis.kafka.record import parse_as, text_headers, with_text_headers
from contracts.cloudevent import MalformedEvent
from contracts.events import TurnReceived
from tests.support.event_records import turn_received
from tests.support.records import headers_of, record

GOOD = turn_received("good")
HEADERS = headers_of(GOOD)
ODD_NAMES = ("traceparent", "tracestate", "content-type", "correlation_id", "reply_to", "x-dlq-reason", "")

_BYTES = st.binary(max_size=20)
_VALUES = st.none() | _BYTES | st.just(GOOD.value()) | st.sampled_from([b"null", b"{}", b"[" * 5000])
_NAMES = st.sampled_from([name for name, _ in HEADERS]) | st.sampled_from(ODD_NAMES) | st.text(max_size=5)
_CONTENTS = st.none() | _BYTES | st.sampled_from([content for _, content in HEADERS])
_EXTRA = st.lists(st.tuples(_NAMES, _CONTENTS), max_size=6)
_LISTS = st.sampled_from([HEADERS, [], HEADERS[:4], HEADERS * 2])


@given(key=st.none() | _BYTES, value=_VALUES, headers=_LISTS, extra=_EXTRA)
def test_a_record_is_looked_at_without_a_failure_but_the_promised_one(key, value, headers, extra) -> None:
    one = record(key, value=value, headers=[*headers, *extra])

    assert all(isinstance(text, str) for text in text_headers(one).values())
    with suppress(MalformedEvent):
        parse_as(TurnReceived, one)
    with suppress(MalformedEvent):
        parse_parked(Parked(one, "reason", 1), TurnReceived)
    with suppress(MalformedEvent):
        with_text_headers(one)
