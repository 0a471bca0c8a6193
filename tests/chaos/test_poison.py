"""A record that can never be handled is parked with its reason, and its neighbours flow on."""

import asyncio
from uuid import UUID

import pytest
from aiokafka import AIOKafkaProducer

from tests.support.infrastructure import Infrastructure
from tests.support.product import Product
from tests.support.topics import read_until

_TURNS = "conversation.turns.v1"


async def _send(bootstrap: str, key: bytes, value: bytes, headers: list[tuple[str, bytes]]) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap)
    await producer.start()
    try:
        await producer.send_and_wait(_TURNS, value, key=key, headers=headers)
    finally:
        await producer.stop()


@pytest.mark.parametrize(
    ("value", "headers"),
    [
        pytest.param(b"\\xff\\xfe not json", [], id="not an event at all"),
        pytest.param(
            b'{"message": 7}',
            [("ce_type", b"salesbot.TurnReceived.v1"), ("ce_id", b"not-a-uuid")],
            id="an event that breaks its contract",
        ),
    ],
)
def test_poison_is_parked_and_its_neighbours_flow(
    product: Product, infra: Infrastructure, value: bytes, headers: list[tuple[str, bytes]]
):
    visitor = product.visitor()
    visitor.say("Hello, I run a bakery.")
    key = str(UUID(visitor.conversation_id or "")).encode()

    asyncio.run(_send(infra.kafka_bootstrap, key, value, headers))
    answer = visitor.say("We are 12 people.")

    parked = read_until(
        infra.kafka_bootstrap, f"{_TURNS}.dlq", lambda found: any(record.key == key for record in found)
    )
    mine = next(record for record in parked if record.key == key)
    told = {name: text.decode() for name, text in mine.headers}
    assert answer["response"]
    assert mine.value == value
    assert told["x-dlq-reason"] == "MalformedEvent"
    assert told["x-dlq-origin"].startswith(f"{_TURNS}/")
