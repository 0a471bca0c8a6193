"""The envelope: what is written is read back, what is missing is refused, nothing is made up."""

import json
import traceback
from datetime import datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.cloudevent import CloudEvent, MalformedEvent, caused_by, derive_id, parse_record
from contracts.events import ConversationErased, TurnReceived
from contracts.registry import EVENTS
from contracts.values import Proposal
from tests.support.event_records import CONVERSATION, MORNING, TURN, turn_received, values_of

REQUIRED_HEADERS = [
    "ce_specversion", "ce_id", "ce_type", "ce_source", "ce_subject", "ce_time", "ce_dataschema",
]  # fmt: skip
SECRET = "my password is swordfish, input_type=str"
TURN_VALUE = {"conversation_id": str(CONVERSATION), "turn_id": str(TURN), "message": "hi", "source": "api"}

# RFC 3339 knows offsets and no zones: a zone's repeated hour equals no other zone's time, says Python.
_offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
_envelopes = st.fixed_dictionaries(
    {
        "id": st.uuids(),
        "source": st.sampled_from(["gateway", "dialogue", "proposal", "booking", "leadstore"]),
        "time": st.datetimes(datetime(1970, 1, 1), datetime(9000, 1, 1), timezones=_offsets),
        "causation_id": st.none() | st.uuids(),
        "sequence": st.none() | st.integers(0, 2**53),
    }
)
_said = st.sampled_from(EVENTS).flatmap(lambda event: st.tuples(st.just(event), values_of(event)))
_keys = st.tuples(st.uuids(), st.sampled_from([event.type_name() for event in EVENTS]), st.integers(0, 9))


def reread(event: CloudEvent[Any], *, value: bytes | None = None, **headers: str) -> CloudEvent[Any]:
    """The event as it is read from its record, with another value or further headers."""
    written = event.value() if value is None else value
    return parse_record(type(event.data), event.headers() | headers, written)


@given(said=_said, envelope=_envelopes)
def test_whatever_the_schema_allows_reads_back_as_written(said: Any, envelope: dict[str, Any]) -> None:
    event_class, value = said
    event = CloudEvent(data=event_class.model_validate_json(json.dumps(value)), **envelope)
    assert reread(event) == event


@pytest.mark.parametrize("hours", [float("inf"), float("nan")])
def test_a_number_that_json_cannot_say_is_refused_where_it_is_made(hours: float) -> None:
    with pytest.raises(ValueError, match=r"hours_now_per_week\n.*finite"):
        Proposal.model_validate({"hours_now_per_week": hours})


@pytest.mark.parametrize("missing", [*([name] for name in REQUIRED_HEADERS), REQUIRED_HEADERS], ids=" ".join)
def test_a_record_that_lacks_attributes_is_refused_by_their_names(missing: list[str]) -> None:
    event = turn_received()
    headers = {name: text for name, text in event.headers().items() if name not in missing}
    with pytest.raises(MalformedEvent, match=f"lacks {', '.join(missing)}$"):
        parse_record(TurnReceived, headers, event.value())


NO_TIMES = ("yesterday", "2026-03-02T09:00:00", "0001-01-01T00:00:00+05:00")
NO_IDS = [("ce_id", "not-an-id"), ("ce_causationid", "not-an-id"), ("ce_type", "salesbot.TurnAnswered.v1")]
UNREADABLE = [*NO_IDS, ("ce_sequence", "first"), *(("ce_time", text) for text in NO_TIMES)]


@pytest.mark.parametrize(("name", "text"), UNREADABLE)
def test_an_attribute_that_cannot_be_read_is_refused(name: str, text: str) -> None:
    with pytest.raises(MalformedEvent):
        reread(turn_received(), **{name: text})


@pytest.mark.parametrize(
    "value",
    [
        *("", "null", "{", "{}", json.dumps(SECRET), '{"message": "' + SECRET),
        json.dumps(TURN_VALUE | {"conversation_id": SECRET}),
        json.dumps(TURN_VALUE | {"message": [SECRET]}),
        json.dumps(TURN_VALUE | {"source": SECRET}),
        json.dumps({"message": SECRET}),
        "\udcff\udcfe",
    ],
)
def test_a_value_that_is_not_of_the_schema_is_refused_without_quoting_the_visitors_words(value: str) -> None:
    with pytest.raises(MalformedEvent, match="TurnReceived '5d7d15fa") as refusal:
        reread(turn_received(), value=value.encode(errors="surrogateescape"))
    logged = "".join(traceback.format_exception(refusal.value))
    assert not [word for word in ("swordfish", "password") if word in logged]


def test_fields_of_a_newer_publisher_and_headers_of_others_are_ignored() -> None:
    event = turn_received()
    newer = json.dumps(json.loads(event.value()) | {"mood": "curious"}).encode()
    assert reread(event, value=newer, traceparent="00-1-2-01", **{"x-b": ""}) == event


def test_the_headers_of_a_record_are_these_and_its_key_is_the_conversation() -> None:
    cause = UUID("00000000-0000-4000-8000-000000000001")
    erased = ConversationErased(conversation_id=CONVERSATION)
    event = caused_by(cause, erased, source="dialogue", time=MORNING, sequence=7)

    assert event.key == str(CONVERSATION).encode()
    assert event.headers() == {
        "content-type": "application/json",
        "ce_specversion": "1.0",
        "ce_id": "43317509-22f8-56ab-ab25-4fe792e44fb8",
        "ce_type": "salesbot.ConversationErased.v1",
        "ce_source": "dialogue",
        "ce_subject": str(CONVERSATION),
        "ce_time": "2026-03-02T09:00:00+00:00",
        "ce_dataschema": "urn:salesbot:schema:ConversationErased:v1",
        "ce_causationid": str(cause),
        "ce_sequence": "7",
    }
    assert turn_received().causation_id is None
    assert not {"ce_causationid", "ce_sequence"} & turn_received().headers().keys()


@given(keys=st.lists(_keys, unique=True, max_size=20))
def test_another_cause_type_or_ordinal_leads_to_another_id(keys: list[tuple[UUID, str, int]]) -> None:
    assert len({derive_id(*key) for key in keys}) == len(keys)
