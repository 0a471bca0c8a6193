"""The gateway as a process, with Kafka and Redis, and somebody who plays dialogue."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import aiohttp
import pytest
from aiokafka import AIOKafkaConsumer
from redis.asyncio import Redis

from chassis.kafka.record import parse_as
from chassis.kafka.sealing import Sealing, sealing_with
from contracts.events import TurnReceived
from contracts.reply_stream import Frame, reply_key
from devstack.services import ServiceProcess
from tests.integration.gateway.conftest import StartGateway
from tests.support.gateway_app import events_of
from tests.support.gateway_player import Player, delta, done, reset
from tests.support.infrastructure import DATA_KEY_SECRET, Infrastructure
from tests.support.streams import data_keys_of

Session = aiohttp.ClientSession
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def gateway(start_gateway: StartGateway) -> ServiceProcess:
    return start_gateway(REPLY_TIMEOUT_S="1.5")


@dataclass(frozen=True)
class Turns:
    """What the gateway hands on."""

    consumer: AIOKafkaConsumer
    sealing: Sealing


@pytest.fixture
async def turns(infra: Infrastructure) -> AsyncIterator[Turns]:
    reading = {"auto_offset_reset": "latest", "fetch_max_wait_ms": 20}
    consumer = AIOKafkaConsumer(TurnReceived.topic, bootstrap_servers=infra.kafka_bootstrap, **reading)
    keys = data_keys_of({"DATABASE_URL": infra.database_url, "DATA_KEY_SECRET": DATA_KEY_SECRET})
    async with consumer, sealing_with(keys) as sealing:
        for partition in consumer.assignment():
            # The position is only looked up when it is asked for, which would be too late.
            await consumer.position(partition)
        yield Turns(consumer, sealing)


async def next_turn(turns: Turns) -> TurnReceived:
    record = await asyncio.wait_for(turns.consumer.getone(), 10)
    (opened,) = await turns.sealing.read([record])
    return parse_as(TurnReceived, opened).data


def answer_to(turn: TurnReceived, frame_id: str, response: str) -> Frame:
    return done(frame_id, response, conversation_id=turn.conversation_id, turn_id=turn.turn_id)


async def answered(session: Session, key: str) -> dict[str, Any]:
    request = {"json": {"message": "Hello"}, "headers": {"idempotency-key": key}}
    async with session.post("/chat", **request) as response:
        body: dict[str, Any] = await response.json()
        assert response.status == 200, body
        return body


def streaming(session: Session, key: str, **headers: str) -> Any:
    headers = {"accept": "text/event-stream", "idempotency-key": key, **headers}
    return session.post("/chat", json={"message": "Hello"}, headers=headers)


async def cut_after(session: Session, turns: Turns, player: Player, frame: Frame) -> tuple[str, TurnReceived]:
    """A turn whose stream was cut after this frame, and its idempotency key."""
    key = uuid4().hex
    async with streaming(session, key) as response, asyncio.timeout(10):
        turn = await next_turn(turns)
        await player.play(turn.turn_id, frame)
        read = b""
        while f"id: {frame.id}".encode() not in read:
            read += await response.content.readany()
        response.close()
    return key, turn


async def test_a_cut_stream_is_reset_by_a_later_attempt(session: Session, turns: Turns, player: Player):
    key, turn = await cut_after(session, turns, player, delta("1-1", "Old"))
    await player.play(turn.turn_id, delta("1-2", " words"), reset("2-1", 2), delta("2-2", "New"))
    await player.play(turn.turn_id, answer_to(turn, "2-3", "New"))
    async with streaming(session, key, **{"last-event-id": "1-1"}) as response:
        events = events_of(await response.text())
    assert [event.name for event in events] == ["accepted", "delta", "reset", "delta", "done"]
    assert events[-1].data["response"] == "New"


async def test_an_answer_is_given_again_and_not_asked_for(session: Session, turns: Turns, player: Player):
    key = uuid4().hex
    first = asyncio.create_task(answered(session, key))
    turn = await next_turn(turns)
    await player.play(turn.turn_id, answer_to(turn, "1-1", "Hi."))
    again = await answered(session, key)
    same = ("conversation_id", "turn_id", "response", "stage")
    assert [again[name] for name in same] == [(await first)[name] for name in same]
    assert not await turns.consumer.getmany(timeout_ms=300)


async def test_a_lost_answer_is_asked_for_anew(session: Session, turns: Turns, player: Player, redis: Redis):
    key, turn = await cut_after(session, turns, player, delta("1-1", "Hi."))
    await redis.delete(reply_key(turn.turn_id))
    async with streaming(session, key, **{"last-event-id": "1-1"}) as response:
        again = await next_turn(turns)
        await player.play(turn.turn_id, delta("1-1", "Hi."), answer_to(turn, "1-2", "Hi."))
        events = events_of(await response.text())
    assert again == turn
    assert [event.name for event in events] == ["accepted", "reset", "delta", "done"]
