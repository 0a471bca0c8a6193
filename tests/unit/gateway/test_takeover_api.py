"""People take over by the API: who may, who wins, and what a lost cache changes."""

import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx2 import AsyncClient, Response

from contracts.events import PersonHandedBack, PersonSpoke, PersonTookOver
from contracts.reply_stream import Failed, Frame, FrameKind
from services.gateway.api.openapi import operations_of
from services.gateway.domain import turn_of
from services.gateway.errors import ConversationErased
from tests.support.gateway_fakes import MANAGE_KEY, READ_KEY, SPEAK_KEY, FakeOutside
from tests.support.gateway_player import done

SPEAKER = {"x-api-key": SPEAK_KEY}


@pytest.fixture
def conversation_id(outside: FakeOutside) -> UUID:
    conversation_id = uuid4()
    stored(outside, conversation_id)
    return conversation_id


def stored(outside: FakeOutside, conversation_id: UUID, **speaks: object) -> None:
    """What leadstore knows of the conversation."""
    outside.read_model.transcripts[conversation_id] = json.dumps({"messages": [], **speaks}).encode()


async def claim(client: AsyncClient, conversation_id: UUID, name: str = "Tove") -> Response:
    return await client.post(
        f"/conversation/{conversation_id}/takeover", json={"name": name}, headers=SPEAKER
    )


async def renew(client: AsyncClient, conversation_id: UUID, fence: int) -> Response:
    path = f"/conversation/{conversation_id}/takeover"
    return await client.put(path, json={"fence": fence}, headers=SPEAKER)


async def say(client: AsyncClient, conversation_id: UUID, fence: int, words: tuple[str, str]) -> Response:
    """Say the first of the words with the second as the idempotency key, if it is one."""
    text, key = words
    headers = SPEAKER | ({"idempotency-key": key} if key else {})
    path = f"/conversation/{conversation_id}/messages"
    return await client.post(path, json={"fence": fence, "text": text}, headers=headers)


def published(outside: FakeOutside) -> list[Any]:
    return [event.data for event in outside.publisher.published]


async def test_a_person_takes_over_speaks_and_hands_back(
    client: AsyncClient, outside: FakeOutside, conversation_id: UUID
) -> None:
    taken = await claim(client, conversation_id)
    fence = taken.json()["fence"]
    assert taken.json()["renew_every_s"] * 3 == taken.json()["lasts_s"] == 30.0
    assert (await renew(client, conversation_id, fence)).json()["fence"] == fence
    said = await say(client, conversation_id, fence, (" Hello! \0", ""))
    path = f"/conversation/{conversation_id}/takeover?fence={fence}"
    ended = [await client.delete(path, headers=SPEAKER) for _ in range(2)]

    assert (taken.status_code, said.status_code) == (200, 201)
    assert [answer.status_code for answer in ended] == [204, 204]
    took_over, spoke, *handed_back = published(outside)
    assert took_over == PersonTookOver(conversation_id=conversation_id, fence=fence, name="Tove")
    assert isinstance(spoke, PersonSpoke)
    assert (spoke.message, str(spoke.message_id)) == ("Hello!", said.json()["message_id"])
    assert handed_back == [PersonHandedBack(conversation_id=conversation_id, fence=fence)] * 2
    # The same event twice, and not two events.
    assert len({event.id for event in outside.publisher.published}) == 3


async def test_a_second_person_is_told_who_speaks(client: AsyncClient, conversation_id: UUID) -> None:
    first = await claim(client, conversation_id)
    refused = await claim(client, conversation_id, "Ivo")
    again = await claim(client, conversation_id, "TOVE")
    assert (refused.status_code, refused.json()["code"]) == (409, "taken-over")
    assert (refused.json()["held_by"], refused.json()["lasts_s"]) == ("Tove", 30.0)
    assert again.json() == first.json()


@pytest.mark.parametrize("key", [None, READ_KEY, MANAGE_KEY, "unknown"])
async def test_it_takes_a_key_of_its_own_scope(
    client: AsyncClient, outside: FakeOutside, conversation_id: UUID, key: str | None
) -> None:
    headers = {"x-api-key": key} if key else {}
    path = f"/conversation/{conversation_id}"
    answers = [
        await client.post(f"{path}/takeover", json={"name": "Tove"}, headers=headers),
        await client.put(f"{path}/takeover", json={"fence": 1}, headers=headers),
        await client.delete(f"{path}/takeover?fence=1", headers=headers),
        await client.post(f"{path}/messages", json={"fence": 1, "text": "Hi"}, headers=headers),
    ]
    wanted = 401 if key in {None, "unknown"} else 403
    assert [answer.status_code for answer in answers] == [wanted] * 4
    assert published(outside) == []


async def test_a_message_is_said_once_or_refused(
    client: AsyncClient, outside: FakeOutside, conversation_id: UUID
) -> None:
    fence = (await claim(client, conversation_id)).json()["fence"]
    answers = [await say(client, conversation_id, fence, ("Hello!", "one")) for _ in range(2)]
    other = await say(client, conversation_id, fence, ("Goodbye!", "one"))
    stale = await say(client, conversation_id, fence - 1, ("It is me!", "two"))
    # The ordered stream has the last word, whatever the lease said.
    message_id = turn_of(conversation_id, "person/three")
    failed = Failed(conversation_id=conversation_id, turn_id=message_id, response="")
    outside.replies.streams[message_id] = [Frame("1-1", FrameKind.ERROR, failed.model_dump_json())]
    late = await say(client, conversation_id, fence, ("Too late", "three"))

    assert answers[0].json() == answers[1].json()
    assert [answer.status_code for answer in (*answers, other, stale, late)] == [201, 201, 422, 409, 409]
    assert stale.json()["code"] == late.json()["code"] == "takeover-lost"


async def test_a_lost_cache_gives_nobody_else_the_word(
    client: AsyncClient, outside: FakeOutside, conversation_id: UUID
) -> None:
    fence = (await claim(client, conversation_id)).json()["fence"]
    stored(outside, conversation_id, speaker="person", person="Tove", takeover_fence=fence)

    outside.leases.lose()
    assert (await claim(client, conversation_id, "Ivo")).json()["held_by"] == "Tove"
    outside.leases.lose()
    assert (await renew(client, conversation_id, fence)).status_code == 200
    assert (await claim(client, conversation_id)).json()["fence"] == fence
    outside.leases.lose()
    assert (await renew(client, conversation_id, fence - 1)).status_code == 409
    stored(outside, conversation_id, speaker="bot", person=None, takeover_fence=fence)
    assert (await renew(client, conversation_id, fence)).status_code == 409
    assert (await claim(client, conversation_id, "Ivo")).json()["fence"] > fence


async def test_without_a_cache_nobody_claims_and_who_speaks_goes_on(
    client: AsyncClient, outside: FakeOutside, conversation_id: UUID
) -> None:
    fence = (await claim(client, conversation_id)).json()["fence"]
    outside.leases.is_away = True
    refused = await claim(client, conversation_id, "Ivo")
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
    assert (await say(client, conversation_id, fence, ("Still here.", ""))).status_code == 201
    path = f"/conversation/{conversation_id}/takeover?fence={fence}"
    assert (await client.delete(path, headers=SPEAKER)).status_code == 204


async def test_no_conversation_no_take_over(client: AsyncClient) -> None:
    assert (await claim(client, uuid4())).status_code == 404


async def test_nobody_speaks_in_a_conversation_that_was_erased(
    client: AsyncClient, outside: FakeOutside, conversation_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    fence = (await claim(client, conversation_id)).json()["fence"]
    outside.leases.lose()
    monkeypatch.setattr(outside.read_model, "conversation", refuses_what_was_erased)
    answers = {
        "takeOver": await claim(client, conversation_id),
        "renewTakeover": await renew(client, conversation_id, fence),
        "speak": await say(client, conversation_id, fence, ("Hello!", "")),
    }

    described = (await client.get("/openapi.json")).json()
    statuses = {each["operationId"]: each["responses"].keys() for each in operations_of(described)}
    for operation, answer in answers.items():
        assert (answer.status_code, answer.json()["code"]) == (410, "conversation-erased")
        assert "410" in statuses[operation]


async def refuses_what_was_erased(_conversation_id: UUID, *, after_sequence: int | None) -> bytes:
    raise ConversationErased("This conversation was erased.")


async def test_while_a_person_speaks_a_message_is_answered_later(
    client: AsyncClient, outside: FakeOutside
) -> None:
    outside.replies.default_reply = (done("1-1", "", written_by="person"),)
    answer = await client.post("/chat", json={"message": "Hello"})
    assert (answer.status_code, answer.json()["status"]) == (202, "accepted")
