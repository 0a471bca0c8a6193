"""A person gets what is held of them, has it erased, and holds a receipt that anybody can check."""

import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx2 import AsyncClient
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from contracts.erasures import Erasure
from contracts.events import ErasureRequested
from contracts.reply_stream import Failed, Frame, FrameKind
from services.gateway.domain import ErasureWish, Receipts
from tests.support.gateway_app import events_of
from tests.support.gateway_fakes import ERASED_AT, PRIVACY_KEY, READ_KEY, FakeOutside
from tests.unit.gateway.builders import CONVERSATION

PRIVACY = {"x-api-key": PRIVACY_KEY}
ADA = {"email": "ada@lovelace.example"}


async def opened(client: AsyncClient) -> tuple[str, dict[str, str]]:
    """The path of a new conversation, and what its visitor sends."""
    said = (await client.post("/chat", json={"message": "Hello"})).json()
    return f"/conversation/{said['conversation_id']}", {"authorization": f"Bearer {said['session_token']}"}


async def checked(client: AsyncClient, receipt: str) -> Any:
    """What a receipt states, as a stranger reads it."""
    keys = KeySet.import_key_set((await client.get("/.well-known/jwks.json")).json())
    return json.loads(jws.deserialize_compact(receipt, keys, algorithms=["Ed25519"]).payload)


async def test_a_visitor_erases_a_conversation_and_gets_the_same_receipt_however_often(
    client: AsyncClient, outside: FakeOutside
) -> None:
    path, visitor = await opened(client)
    first, second = [await client.delete(path, headers=visitor) for _ in range(2)]

    requested = [e.data for e in outside.publisher.published if isinstance(e.data, ErasureRequested)]
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json() == second.json()
    assert [event.reason for event in requested] == ["visitor"]
    stated = await checked(client, first.json()["receipt"])
    assert [(each["conversation_id"], each["deleted"]) for each in stated["erasures"]] == [
        (path.rpartition("/")[2], {"messages": 4})
    ]
    assert stated["iat"] == int(ERASED_AT.timestamp())
    assert stated["places"].keys() == {"postgresql", "redis", "kafka", "deliveries", "backups"}


async def test_afterwards_the_session_opens_nothing(client: AsyncClient) -> None:
    path, visitor = await opened(client)
    await client.delete(path, headers=visitor)
    message = {"message": "Still there?", "conversation_id": path.rpartition("/")[2]}

    answers = [
        await client.post("/chat", json=message, headers=visitor),
        *[await client.get(f"{path}{what}", headers=visitor) for what in ("", "/export")],
        await client.delete(f"{path}/proposal-link", headers=visitor),
    ]

    assert {(each.status_code, each.json()["code"]) for each in answers} == {(410, "conversation-erased")}


async def test_what_takes_long_is_told_later_under_a_link_that_opens_nothing_else(
    client: AsyncClient, outside: FakeOutside
) -> None:
    path, visitor = await opened(client)
    outside.privacy.is_slow = True
    later = await client.delete(path, headers=visitor)
    link = later.headers["location"]
    early = await client.get(link)

    outside.privacy.is_slow = False
    done = Erasure(conversation_id=UUID(path.rpartition("/")[2]), erased_at=ERASED_AT)
    outside.privacy.erasures[done.conversation_id] = done
    late = await client.get(link)

    assert (later.status_code, early.status_code, late.status_code) == (202, 202, 200)
    assert later.json() == {"status": "accepted", "read_at": link}
    assert (await client.delete(path, headers=visitor)).json() == late.json()
    assert (await client.get(f"{link}x")).status_code == 404


async def test_a_wish_is_safe_without_leadstore_or_redis_and_refused_without_kafka(
    client: AsyncClient, outside: FakeOutside
) -> None:
    path, visitor = await opened(client)
    outside.privacy.is_away = outside.idempotency_store.is_away = True
    safe = await client.delete(path, headers=visitor)
    outside.publisher.is_away = True
    refused = await client.delete(path, headers=visitor)
    assert (safe.status_code, refused.status_code) == (202, 503)


@pytest.mark.parametrize("is_known", [True, False])
async def test_an_operator_erases_what_there_is(
    client: AsyncClient, outside: FakeOutside, is_known: bool
) -> None:
    conversation_id = uuid4()
    if is_known:
        outside.read_model.transcripts[conversation_id] = b"{}"
    answer = await client.delete(f"/conversation/{conversation_id}", headers=PRIVACY)
    assert answer.status_code == (200 if is_known else 404)
    assert len(outside.publisher.published) == int(is_known)


async def test_all_of_a_person_is_erased_with_one_receipt(client: AsyncClient, outside: FakeOutside) -> None:
    ids = (uuid4(), uuid4())
    outside.privacy.addresses[ADA["email"]] = ids
    answer = await client.post("/erasures", json=ADA, headers=PRIVACY)

    assert {event.data.conversation_id for event in outside.publisher.published} == set(ids)
    stated = await checked(client, answer.json()["receipt"])
    assert {UUID(each["conversation_id"]) for each in stated["erasures"]} == set(ids)
    nobody = await client.post("/erasures", json={"email": "bob@x.example"}, headers=PRIVACY)
    assert (nobody.status_code, nobody.json()["erasures"]) == (200, [])


async def test_who_got_a_mail_and_never_answered_is_erased_by_their_address(
    client: AsyncClient, outside: FakeOutside
) -> None:
    by_mail = uuid4()
    outside.mail_recipients.written_to[ADA["email"]] = (by_mail,)
    outside.mail_recipients.is_away = True
    away = await client.post("/erasures", json=ADA, headers=PRIVACY)
    assert (away.status_code, outside.privacy.orders, outside.publisher.published) == (503, {}, [])
    outside.mail_recipients.is_away = False
    answer = await client.post("/erasures", json=ADA, headers=PRIVACY)
    stated = await checked(client, answer.json()["receipt"])
    assert [UUID(each["conversation_id"]) for each in stated["erasures"]] == [by_mail]


async def test_an_order_whose_taker_died_is_given_again_by_who_follows_it(
    client: AsyncClient, outside: FakeOutside
) -> None:
    outside.privacy.addresses[ADA["email"]] = (uuid4(),)
    outside.privacy.is_slow = True
    link = (await client.post("/erasures", json=ADA, headers=PRIVACY)).headers["location"]
    outside.publisher.published.clear()
    (order,) = outside.privacy.orders.values()
    hours_ago = order.ordered_at.replace(hour=1)
    outside.privacy.orders[order.order_id] = order.model_copy(update={"ordered_at": hours_ago})

    followed = await client.get(link)

    assert (followed.status_code, len(outside.publisher.published)) == (202, 1)


NOON = "2026-11-25T12:00:00Z"
PRIVATE: dict[str, Any] = {
    "demo_at": NOON,
    "demos": [
        {"demo_id": "1", "starts_at": NOON, "is_private": True},
        {"demo_id": "2", "starts_at": "2026-11-24T12:00:00Z", "end": "canceled"},
    ],
}

TOLD = {"lead_id": "1", "data": {"conversation_id": "1", "lead": {"status": "booked", "demo_at": NOON}}}
ERASED = {"lead_id": "1", "data": {"conversation_id": "1", "erased_at": "2026-11-20T12:00:00Z"}}
RECORDS = {"message": [], "conversation": [PRIVATE], "delivery.state": [TOLD, ERASED]}


async def test_an_export_is_a_file_and_what_it_cost_is_not_for_visitors(
    client: AsyncClient, outside: FakeOutside
) -> None:
    path, visitor = await opened(client)
    conversation_id = path.rpartition("/")[2]
    transcript = {
        "conversation_id": conversation_id,
        "demo_at": NOON,
        "demo_is_private": True,
        "proposal": {"agent_name": "Desk"},
        "model_cost_usd": 0.5,
    }
    document = {
        "exported_at": "x",
        "conversation": transcript,
        "records": RECORDS,
        "model_uses": [{}],
    }
    outside.privacy.exported[UUID(conversation_id)] = json.dumps(document).encode()
    outside.privacy.addresses[ADA["email"]] = (UUID(conversation_id),)

    own, ours = [await client.get(f"{path}/export", headers=each) for each in (visitor, PRIVACY)]
    everything = await client.post("/exports", json=ADA, headers=PRIVACY)

    assert own.headers["content-disposition"] == f'attachment; filename="conversation-{conversation_id}.json"'
    assert own.headers["cache-control"] == "no-store"
    assert (own.json()["model_uses"], ours.json()["model_uses"]) == (None, [{}])
    assert [each.json()["conversation"]["model_cost_usd"] for each in (own, ours)] == [None, 0.5]
    assert own.json()["conversation"]["proposal_url"].startswith("http://gateway/proposal/")
    (person,) = everything.json()["conversations"]
    assert person["records"] == ours.json()["records"] == RECORDS
    # When a demo is that only its address proves, the visitor reads nowhere.
    assert NOON not in own.text
    records = own.json()["records"]
    assert records["conversation"][0]["demos"][1] == PRIVATE["demos"][1]
    assert records["delivery.state"][0]["data"]["lead"] == {"status": "booked", "demo_at": None}
    assert records["delivery.state"][1] == ERASED


async def test_who_may_neither_read_nor_erase(client: AsyncClient, outside: FakeOutside) -> None:
    path, visitor = await opened(client)
    _, stranger = await opened(client)
    outside.publisher.published.clear()
    calls = [("DELETE", path), ("GET", f"{path}/export"), ("POST", "/erasures"), ("POST", "/exports")]
    for method, url in calls:
        body = {"json": ADA} if method == "POST" else {}
        for headers, status in (({}, 401), ({"x-api-key": READ_KEY}, 403), (stranger, 403)):
            assert (await client.request(method, url, headers=headers, **body)).status_code == status
    for body in ({}, {"email": "x"}, {"email": 7}):
        assert (await client.post("/erasures", json=body, headers=PRIVACY)).status_code == 422
    assert (await client.post("/erasures", json=ADA, headers=visitor)).status_code == 403
    assert outside.publisher.published == []


@pytest.mark.parametrize("streams", [False, True])
async def test_who_waits_for_a_reply_is_told_that_the_conversation_was_erased(
    client: AsyncClient, outside: FakeOutside, streams: bool
) -> None:
    said = Failed(conversation_id=CONVERSATION, turn_id=uuid4(), response="", is_erased=True)
    outside.replies.default_reply = (Frame("1-1", FrameKind.ERROR, said.model_dump_json()),)
    headers = {"accept": "text/event-stream"} if streams else {}
    answer = await client.post("/chat", json={"message": "Hello"}, headers=headers)
    told = events_of(answer.text)[-1].data if streams else answer.json()
    assert (told["status"], told["code"]) == (410, "conversation-erased")


async def test_a_receipt_that_was_changed_or_signed_by_others_is_none(client: AsyncClient) -> None:
    path, visitor = await opened(client)
    receipt = (await client.delete(path, headers=visitor)).json()["receipt"]
    forged = Receipts(("another secret that is long",), issuer="x").sign(ErasureWish("order", uuid4()), [])
    for each in (f"{receipt[:-4]}AAAA", forged):
        with pytest.raises(JoseError):
            await checked(client, each)


def test_a_receipt_outlives_a_new_secret() -> None:
    erasure = Erasure(conversation_id=CONVERSATION, erased_at=ERASED_AT)
    old, new = "an older secret", "a newer secret"
    receipt = Receipts((old,), issuer="x").sign(ErasureWish("conversation", CONVERSATION), [erasure])
    keys = KeySet.import_key_set(Receipts((new, old), issuer="x").public_keys())
    assert jws.deserialize_compact(receipt, keys, algorithms=["Ed25519"]).payload
