"""What calendars tell is verified, published once, and never breaks the gateway."""

import hmac
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient, Response
from hypothesis import given
from hypothesis import strategies as st

from chassis.data_keys import DataKeyDestroyed
from contracts.booking_token import conversation_token
from contracts.events import CalendarNotified
from services.gateway.api.refusals import install_refusals
from services.gateway.api.webhooks import calendar_routes
from services.gateway.domain import calendly_delivery
from services.gateway.errors import SignatureInvalid
from services.gateway.settings import CalendarSettings
from tests.support.gateway_app import CALCOM_KEY, CALENDLY_KEY, client_of, make_fake_gateway
from tests.support.gateway_fakes import SECRET, FakeOutside

SAMPLES = Path(__file__).parents[2] / "samples" / "webhooks"
VECTORS = json.loads((SAMPLES / "calendly_signature_vectors.json").read_text())
NOW_S = int(FakeOutside().ports().clock().timestamp())
CREATED = json.loads((SAMPLES / "calendly_invitee_created.json").read_text())


def signed(body: bytes, *, at_s: int = NOW_S, key: str = CALENDLY_KEY) -> dict[str, str]:
    mac = hmac.new(key.encode(), f"{at_s}.".encode() + body, "sha256").hexdigest()
    return {"calendly-webhook-signature": f"t={at_s},v1={mac}"}


async def tell(client: AsyncClient, body: Any, headers: dict[str, str] | None = None) -> Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return await client.post(
        "/webhooks/calendly", content=content, headers=signed(content) if headers is None else headers
    )


async def tell_calcom(client: AsyncClient, body: Any, key: str = CALCOM_KEY) -> Response:
    content = json.dumps(body).encode()
    mac = hmac.new(key.encode(), content, "sha256").hexdigest()
    return await client.post("/webhooks/calcom", content=content, headers={"x-cal-signature-256": mac})


def published(outside: FakeOutside) -> list[CalendarNotified]:
    events = [event.data for event in outside.publisher.published]
    assert all(isinstance(each, CalendarNotified) for each in events)
    return events  # type: ignore[return-value]  # the line above says it


@pytest.mark.parametrize("vector", VECTORS.values(), ids=VECTORS)
def test_calendlys_own_signatures_are_right_and_nothing_else_is(vector: dict[str, str]) -> None:
    key, body, header = vector["key"].encode(), vector["body"].encode(), vector["header"]
    signed_at = int(header.split("=")[1].partition(",")[0])
    now = datetime.fromtimestamp(signed_at + 179, UTC)

    first = calendly_delivery(body, header, key=key, now=now)
    rotated = calendly_delivery(body, header.replace(",v1=", f",v1={'0' * 64},v1="), key=key, now=now)

    assert first == rotated
    flipped = bytes([body[0] ^ 1]) + body[1:]
    late, early = (datetime.fromtimestamp(signed_at + s, UTC) for s in (181, -181))
    wrong = [
        (flipped, header, key, now),
        (body, header, b"another key of sixteen", now),
        (body, header, key, late),
        (body, header, key, early),
        (body, header.replace("t=1", "t=2", 1), key, now),
        (body, None, key, now),
    ]
    wrong += [(body, each, key, now) for each in ("", "t=,v1=", "t=1", "v1=ab", "t=1,v1=é", header[:-1])]
    for content, given_header, with_key, at in wrong:
        with pytest.raises(SignatureInvalid):
            calendly_delivery(content, given_header, key=with_key, now=at)


async def test_a_booking_is_published_once_and_a_replay_is_refused(
    client: AsyncClient, outside: FakeOutside
) -> None:
    first, replayed = await tell(client, CREATED), await tell(client, CREATED)
    again = await tell(client, CREATED, signed(json.dumps(CREATED).encode(), at_s=NOW_S + 1))

    assert [first.status_code, replayed.status_code, again.status_code] == [204, 409, 204]
    assert (replayed.json()["code"], first.content) == ("delivery-repeated", b"")
    events = outside.publisher.published
    assert len(events) == 2
    assert events[0].id == events[1].id
    assert published(outside)[0].notification == CREATED


async def test_what_is_not_signed_by_calendly_publishes_nothing(
    client: AsyncClient, outside: FakeOutside
) -> None:
    body = json.dumps(CREATED).encode()
    for headers in (
        {},
        signed(body + b" "),
        signed(body, key="another key of sixteen"),
        signed(body, at_s=1),
    ):
        refused = await tell(client, body, headers)
        assert (refused.status_code, refused.json()["code"]) == (403, "signature-invalid")
    assert outside.publisher.published == []


async def test_a_notification_is_keyed_by_the_conversation_it_proves(
    client: AsyncClient, outside: FakeOutside
) -> None:
    conversation_id, invitee = uuid4(), "https://api.calendly.com/scheduled_events/A/invitees/B"
    token = conversation_token(conversation_id, SECRET.encode())

    def booked(content: object, term: object) -> dict[str, Any]:
        tracking = {"utm_content": content, "utm_term": term}
        return {"event": "invitee.created", "payload": {"uri": invitee, "tracking": tracking}}

    await tell(client, booked(str(conversation_id), token))
    await tell(client, booked(str(conversation_id), "forged"))
    await tell(client, booked(None, ["?"]))
    metadata = {"conversation_id": str(conversation_id), "conversation_token": token}
    await tell_calcom(client, {"triggerEvent": "BOOKING_CREATED", "payload": {"metadata": metadata}})

    ids = [told.conversation_id for told in published(outside)]
    assert ids[0] == ids[3] == conversation_id
    assert ids[1] == ids[2] != conversation_id
    assert [told.provider for told in published(outside)] == ["calendly"] * 3 + ["calcom"]


async def test_cal_com_is_verified_by_its_own_secret_and_its_replay_refused(
    client: AsyncClient, outside: FakeOutside
) -> None:
    body = {"triggerEvent": "BOOKING_CANCELLED", "payload": {"uid": "bFJeNb2uX8ANpT3JL5EfXw"}}
    statuses = [(await tell_calcom(client, body)).status_code for _ in range(2)]
    wrong = await tell_calcom(client, body, key="another key of sixteen")

    assert (statuses, wrong.status_code, len(outside.publisher.published)) == ([204, 409], 403, 1)


async def test_what_cannot_be_published_is_sent_again_and_an_erased_conversation_takes_nothing(
    client: AsyncClient, outside: FakeOutside, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside.publisher.is_away = True
    assert (await tell(client, CREATED)).status_code == 503
    outside.publisher.is_away = False
    outside.idempotency_store.is_away = True
    assert [(await tell(client, CREATED)).status_code for _ in range(2)] == [204, 204]

    async def erased(*_: object) -> None:
        raise DataKeyDestroyed("erased")

    monkeypatch.setattr(outside.publisher, "publish", erased)
    assert (await tell(client, CREATED)).status_code == 204


async def test_a_webhook_without_its_secret_says_which_setting_switches_it_on() -> None:
    app, routes = FastAPI(), calendar_routes(CalendarSettings(), FakeOutside().ports(), booking_secret=b"")
    app.include_router(routes)
    install_refusals(app)
    async with client_of(app) as client:
        for name, setting in {"calendly": "CALENDLY_SIGNING_KEY", "calcom": "CALCOM_SECRET"}.items():
            refused = await client.post(f"/webhooks/{name}", content=b"{}")
            assert (refused.status_code, refused.json()["code"]) == (404, "webhook-off")
            assert setting in refused.json()["detail"]


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b"null", b'{"a":NaN}', b"\xff", b"[" * 9_000, b'{"a":' * 9_000]
)
async def test_a_signed_body_that_is_no_object_is_refused(client: AsyncClient, body: bytes) -> None:
    refused = await tell(client, body)
    assert (refused.status_code, refused.json()["code"]) == (400, "delivery-unreadable")


async def test_a_webhook_may_be_larger_than_a_message_and_not_without_end(client: AsyncClient) -> None:
    assert (await tell(client, {"padding": "x" * 200_000})).status_code == 204
    assert (await tell(client, {"padding": "x" * 300_000})).status_code == 413


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@st.composite
def mutated(draw: st.DrawFn) -> Any:
    """The sample with a few of its values replaced by anything."""
    body = json.loads(json.dumps(CREATED))
    for _ in range(draw(st.integers(0, 4))):
        place: Any = body
        while isinstance(place, dict) and place:
            name = draw(st.sampled_from(sorted(place)))
            if draw(st.booleans()) or not isinstance(place[name], dict):
                place[name] = draw(_JSON)
                break
            place = place[name]
    return body


@given(body=mutated() | _JSON, header=st.none() | st.text(st.characters(max_codepoint=255, min_codepoint=32)))
async def test_no_body_and_no_signature_breaks_the_gateway(body: Any, header: str | None) -> None:
    outside, content = FakeOutside(), json.dumps(body).encode()
    own = {} if header is None else {"calendly-webhook-signature": header.encode("latin-1")}
    async with client_of(make_fake_gateway(outside)) as client:
        taken = await tell(client, content)
        refused = await client.post("/webhooks/calendly", content=content, headers=own)
        from_calcom = await tell_calcom(client, body)

    assert {taken.status_code, from_calcom.status_code} <= {204, 400}
    assert refused.status_code == 403
    for told in published(outside):
        assert isinstance(told.conversation_id, UUID)
        assert CalendarNotified.model_validate_json(told.model_dump_json())
