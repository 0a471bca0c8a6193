"""The envelope: what is written is read back, what is missing is refused, nothing is made up."""

import json
import traceback
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.cloudevent import (
    CloudEvent,
    Event,
    MalformedEvent,
    caused_by,
    derive_id,
    parse_record,
    parse_time,
)
from contracts.events import ConversationErased, ProposalDrafted, TurnReceived
from contracts.registry import EVENTS
from contracts.values import Proposal, TierRecommendation
from tests.support.event_records import CONVERSATION, MORNING, TURN, turn_received, values_of

REQUIRED_HEADERS = [
    "ce_specversion",
    "ce_id",
    "ce_type",
    "ce_source",
    "ce_subject",
    "ce_time",
    "ce_dataschema",
]
SECRET = "my password is swordfish, input_type=str"


def _without(headers: dict[str, str], name: str) -> dict[str, str]:
    return {key: value for key, value in headers.items() if key != name}


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


@given(said=_said, envelope=_envelopes)
def test_whatever_the_schema_allows_is_read_back_as_it_was_written(
    said: tuple[type[Event], dict[str, Any]], envelope: dict[str, Any]
) -> None:
    event_class, value = said
    event = CloudEvent(data=event_class.model_validate_json(json.dumps(value)), **envelope)

    again = parse_record(event_class, event.headers(), event.value())

    assert again == event


def test_what_must_be_said_and_is_unknown_is_read_back_as_unknown() -> None:
    unknown = Proposal(
        agent_name="Reminder agent",
        summary="Reminds patients.",
        does=(),
        out_of_scope=(),
        integrations=(),
        hours_now_per_week=None,
        success_measure=None,
        delivery="In two weeks.",
    )
    tier = TierRecommendation(
        tier="starter",
        name="Starter",
        monthly_price_usd=1250,
        includes=(),
        reason="small",
        would_change="more",
    )
    drafted = ProposalDrafted(
        conversation_id=CONVERSATION,
        proposal_id=TURN,
        turn_id=TURN,
        revision=1,
        proposal=unknown,
        tier=tier,
        author="script",
    )
    event = caused_by(TURN, drafted, source="proposal", time=MORNING)

    again = parse_record(ProposalDrafted, event.headers(), event.value())

    assert again.data.proposal.success_measure is None


@pytest.mark.parametrize("name", REQUIRED_HEADERS)
def test_a_record_that_lacks_an_attribute_is_refused_by_the_attributes_name(name: str) -> None:
    event = turn_received()

    with pytest.raises(MalformedEvent, match=f"lacks {name}$"):
        parse_record(TurnReceived, _without(event.headers(), name), event.value())


def test_all_missing_attributes_are_named_at_once() -> None:
    with pytest.raises(MalformedEvent, match=", ".join(REQUIRED_HEADERS)):
        parse_record(TurnReceived, {}, turn_received().value())


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ce_id", "not-an-id"),
        ("ce_time", "yesterday"),
        ("ce_time", "2026-03-02T09:00:00"),
        ("ce_time", "0001-01-01T00:00:00+05:00"),
        ("ce_causationid", "not-an-id"),
        ("ce_sequence", "first"),
        ("ce_type", "salesbot.TurnAnswered.v1"),
    ],
)
def test_an_attribute_that_cannot_be_read_is_refused(name: str, text: str) -> None:
    event = turn_received()

    with pytest.raises(MalformedEvent):
        parse_record(TurnReceived, event.headers() | {name: text}, event.value())


@pytest.mark.parametrize("value", [b"", b"null", b"{", b"[]", b'"text"', b"{}", b"\xff\xfe"])
def test_a_value_that_is_not_of_the_schema_is_refused(value: bytes) -> None:
    with pytest.raises(MalformedEvent, match="TurnReceived '5d7d15fa"):
        parse_record(TurnReceived, turn_received().headers(), value)


@pytest.mark.parametrize(
    "value",
    [
        json.dumps({"conversation_id": SECRET, "turn_id": str(TURN), "message": "hi", "source": "widget"}),
        json.dumps(
            {"conversation_id": str(CONVERSATION), "turn_id": str(TURN), "message": [SECRET], "source": "api"}
        ),
        json.dumps(
            {"conversation_id": str(CONVERSATION), "turn_id": str(TURN), "message": "hi", "source": SECRET}
        ),
        json.dumps({"message": SECRET}),
        json.dumps(SECRET),
        '{"message": "' + SECRET,
    ],
)
def test_a_refusal_never_quotes_the_visitors_words(value: str) -> None:
    with pytest.raises(MalformedEvent) as refusal:
        parse_record(TurnReceived, turn_received().headers(), value.encode())

    logged = "".join(traceback.format_exception(refusal.value))
    assert "swordfish" not in logged
    assert "password" not in logged


def test_fields_that_a_newer_publisher_added_are_ignored() -> None:
    event = turn_received()
    newer = json.loads(event.value()) | {"mood": "curious"}

    again = parse_record(TurnReceived, event.headers(), json.dumps(newer).encode())

    assert again == event


def test_headers_that_are_not_ours_are_ignored() -> None:
    event = turn_received()

    again = parse_record(
        TurnReceived, event.headers() | {"traceparent": "00-1-2-01", "x-b": ""}, event.value()
    )

    assert again == event


@pytest.mark.parametrize("event_class", EVENTS, ids=lambda event_class: event_class.__name__)
def test_type_and_dataschema_are_the_class_name_and_its_version(event_class: type[Event]) -> None:
    assert event_class.type_name() == f"salesbot.{event_class.__name__}.v1"
    assert event_class.dataschema() == f"urn:salesbot:schema:{event_class.__name__}:v1"


def test_the_headers_of_a_record_are_these() -> None:
    event = caused_by(
        UUID("00000000-0000-4000-8000-000000000001"),
        ConversationErased(conversation_id=CONVERSATION),
        source="dialogue",
        time=MORNING,
        sequence=7,
    )

    assert event.headers() == {
        "content-type": "application/json",
        "ce_specversion": "1.0",
        "ce_id": "43317509-22f8-56ab-ab25-4fe792e44fb8",
        "ce_type": "salesbot.ConversationErased.v1",
        "ce_source": "dialogue",
        "ce_subject": str(CONVERSATION),
        "ce_time": "2026-03-02T09:00:00+00:00",
        "ce_dataschema": "urn:salesbot:schema:ConversationErased:v1",
        "ce_causationid": "00000000-0000-4000-8000-000000000001",
        "ce_sequence": "7",
    }


def test_an_event_that_nothing_caused_says_no_cause_and_no_sequence() -> None:
    event = turn_received()

    assert event.causation_id is None
    assert not {"ce_causationid", "ce_sequence"} & event.headers().keys()


def test_a_record_is_keyed_by_its_conversation() -> None:
    assert turn_received().key == str(CONVERSATION).encode()


@given(
    keys=st.lists(
        st.tuples(
            st.uuids(), st.sampled_from(EVENTS).map(lambda event: event.type_name()), st.integers(0, 9)
        ),
        unique=True,
        max_size=20,
    )
)
def test_another_cause_type_or_ordinal_leads_to_another_id(keys: list[tuple[UUID, str, int]]) -> None:
    assert len({derive_id(*key) for key in keys}) == len(keys)


@pytest.mark.parametrize(
    "text", ["2026-03-02T09:00:00Z", "2026-03-02T10:00:00+01:00", "2026-03-02T04:00:00-05:00"]
)
def test_a_time_in_any_zone_is_read_as_utc(text: str) -> None:
    time = parse_time(text)

    assert time == MORNING
    assert time.tzinfo is UTC


def test_a_number_that_json_cannot_say_is_refused_where_it_is_made() -> None:
    with pytest.raises(ValueError, match="finite"):
        Proposal(
            agent_name="Reminder agent",
            summary="Reminds patients.",
            does=(),
            out_of_scope=(),
            integrations=(),
            hours_now_per_week=float("inf"),
            success_measure=None,
            delivery="In two weeks.",
        )
