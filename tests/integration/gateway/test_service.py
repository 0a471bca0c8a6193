"""The gateway as a process, with Kafka and Redis, and somebody who plays dialogue."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import aiohttp
import pytest
from aiokafka import AIOKafkaConsumer
from redis.asyncio import Redis

from contracts.cloudevent import parse_record
from contracts.events import TurnReceived
from contracts.reply_stream import Frame, reply_key
from devstack.services import ServiceProcess
from tests.integration.gateway.conftest import StartGateway
from tests.support.gateway_app import SentEvent, events_of
from tests.support.gateway_player import Player, delta, done, reset

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def gateway(start_gateway: StartGateway) -> ServiceProcess:
    return start_gateway(REPLY_TIMEOUT_S="1.5")


@pytest.fixture
async def turns(kafka_bootstrap: str) -> AsyncIterator[AIOKafkaConsumer]:
    """The turns that are published from now on."""
    consumer = AIOKafkaConsumer(
        TurnReceived.topic,
        bootstrap_servers=kafka_bootstrap,
        auto_offset_reset="latest",
        fetch_max_wait_ms=20,
    )
    await consumer.start()
    for partition in consumer.assignment():
        # The position is only looked up when it is asked for, which would be too late.
        await consumer.position(partition)
    yield consumer
    await consumer.stop()


async def next_turn(turns: AIOKafkaConsumer, *, within_s: float = 10.0) -> TurnReceived:
    record = await asyncio.wait_for(turns.getone(), within_s)
    return TurnReceived.model_validate_json(record.value)


async def no_turn(turns: AIOKafkaConsumer) -> bool:
    return not await turns.getmany(timeout_ms=300)


def answer_to(turn: TurnReceived, frame_id: str, response: str) -> Frame:
    return done(frame_id, response, conversation_id=turn.conversation_id, turn_id=turn.turn_id)


class Stream:
    """A stream that is read event by event."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response
        self._text = ""

    async def next(self) -> SentEvent:
        async with asyncio.timeout(5.0):
            while True:
                block, end, rest = self._text.partition("\n\n")
                if end:
                    self._text = rest
                    if events := events_of(block):
                        return events[0]
                else:
                    self._text += (await self._response.content.readany()).decode()


def streaming(session: aiohttp.ClientSession, message: str = "Hello", **headers: str) -> Any:
    return session.post(
        "/chat",
        json={"message": message},
        headers={"accept": "text/event-stream", **{name.replace("_", "-"): v for name, v in headers.items()}},
    )


async def test_a_turn_is_keyed_by_its_conversation_and_carries_the_trace(
    session: aiohttp.ClientSession, turns: AIOKafkaConsumer
) -> None:
    trace_id = uuid4().hex
    headers = {"traceparent": f"00-{trace_id}-00f067aa0ba902b7-01"}

    async with session.post("/chat", json={"message": "Hello", "source": "cli"}, headers=headers) as response:
        body = await response.json()
        # Nobody answers: the reply is read later.
        later = (response.status, response.headers["location"])
    record = await turns.getone()

    record_headers = {name: value.decode() for name, value in record.headers}
    event = parse_record(TurnReceived, record_headers, record.value)
    assert record.key == body["conversation_id"].encode()
    assert event.source == "gateway"
    assert event.data.source == "cli"
    assert trace_id in record_headers["traceparent"]
    assert later == (202, f"/conversation/{body['conversation_id']}")


async def cut_after(
    session: aiohttp.ClientSession, turns: AIOKafkaConsumer, player: Player, key: str, *frames: Frame
) -> TurnReceived:
    """A turn whose stream was cut after these frames."""
    async with streaming(session, idempotency_key=key) as response:
        stream = Stream(response)
        await stream.next()
        turn = await next_turn(turns)
        await player.play(turn.turn_id, *frames)
        for frame in frames:
            assert (await stream.next()).id == frame.id
        response.close()
    return turn


async def test_a_stream_cut_during_an_earlier_attempt_is_reset_by_the_later_one(
    session: aiohttp.ClientSession, turns: AIOKafkaConsumer, player: Player
) -> None:
    key = uuid4().hex
    turn = await cut_after(session, turns, player, key, delta("1-1", "Old"))
    await player.play(turn.turn_id, delta("1-2", " words"), reset("2-1", 2), delta("2-2", "New"))
    await player.play(turn.turn_id, answer_to(turn, "2-3", "New"))

    async with streaming(session, idempotency_key=key, last_event_id="1-1") as response:
        events = events_of(await response.text())

    assert [event.name for event in events] == ["accepted", "delta", "reset", "delta", "done"]
    assert events[-1].data["response"] == "New"


async def test_an_answer_given_before_is_given_again_and_not_asked_for(
    session: aiohttp.ClientSession, turns: AIOKafkaConsumer, player: Player
) -> None:
    request = {"json": {"message": "Hello"}, "headers": {"idempotency-key": uuid4().hex}}
    first = asyncio.create_task(answered(session, request))
    turn = await next_turn(turns)
    await player.play(turn.turn_id, answer_to(turn, "1-1", "Hi."))

    again = await answered(session, request)

    same = ("conversation_id", "turn_id", "response", "stage")
    assert [again[name] for name in same] == [(await first)[name] for name in same]
    assert await no_turn(turns)


async def test_an_answer_whose_stream_is_gone_is_asked_for_again_under_the_same_id(
    session: aiohttp.ClientSession, turns: AIOKafkaConsumer, player: Player, redis: Redis
) -> None:
    key = uuid4().hex
    turn = await cut_after(session, turns, player, key, delta("1-1", "Hi."))
    await redis.delete(reply_key(turn.turn_id))

    async with streaming(session, idempotency_key=key, last_event_id="1-1") as response:
        again = await next_turn(turns)
        await player.play(turn.turn_id, delta("1-1", "Hi."), answer_to(turn, "1-2", "Hi."))
        events = events_of(await response.text())

    assert again == turn
    assert [event.name for event in events] == ["accepted", "reset", "delta", "done"]


async def test_many_visitors_are_answered_each_with_their_own_words(
    session: aiohttp.ClientSession, turns: AIOKafkaConsumer, player: Player
) -> None:
    async def play_all() -> None:
        for _ in range(40):
            turn = await next_turn(turns)
            await player.play(
                turn.turn_id, delta("1-1", "x"), answer_to(turn, "1-2", f"You said {turn.message}")
            )

    playing = asyncio.create_task(play_all())
    answers = await asyncio.gather(
        *(answered(session, {"json": {"message": f"message {n}"}}) for n in range(40))
    )
    await playing

    assert [answer["response"] for answer in answers] == [f"You said message {n}" for n in range(40)]


async def test_the_gateway_is_ready_and_whoever_asks_for_the_head_gets_what_get_has(
    session: aiohttp.ClientSession,
) -> None:
    for path in ("/", "/page/app.js", "/health", "/readyz", "/livez", "/openapi.json"):
        async with session.head(path) as head, session.get(path) as get:
            assert (get.status, head.status, await head.read()) == (200, 200, b""), path
            assert head.headers.get("content-length") == str(len(await get.read())), path


async def answered(session: aiohttp.ClientSession, request: dict[str, Any]) -> dict[str, Any]:
    async with session.post("/chat", **request) as response:
        body: dict[str, Any] = await response.json()
        assert response.status == 200, body
        return body
