"""One hundred conversations at once over two dialogue processes, the second of which joins mid-way."""

import asyncio
import time
from collections.abc import Iterator
from itertools import count, takewhile
from pathlib import Path
from uuid import uuid4

import aiohttp
import pytest

from devstack.services import ServiceProcess
from tests.support.product import API_KEY, Product, running_product

_CONVERSATIONS = 100
_STORED_WITHIN_S = 30
_FIRST_LINES = ("Hello, I run a bakery.", "We are 12 people.", "Taking phone orders eats our mornings.")
_LAST_LINES = ("I'd hand over the phone orders first.", "We use Excel and Gmail.")

_TURNS_HANDLED = (
    'salesbot_kafka_messages_processed_total{group="dialogue",result="done",topic="conversation.turns.v1"}'
)


@pytest.fixture(scope="module")
def product(product_env: dict[str, str], logs: Path) -> Iterator[Product]:
    with running_product(product_env, logs) as running:
        yield running


def _lines(joined: asyncio.Event) -> Iterator[str]:
    """What one visitor says: on and on until the second process is there, then a little more."""
    yield from _FIRST_LINES
    yield from (
        f"Order {number} came by phone." for number in takewhile(lambda _: not joined.is_set(), count(1))
    )
    yield from _LAST_LINES


async def _converse(http: aiohttp.ClientSession, joined: asyncio.Event) -> tuple[str, list[str]]:
    conversation: dict[str, str] = {}
    headers: dict[str, str] = {}
    said = []
    for line in _lines(joined):
        key = {"Idempotency-Key": str(uuid4())}
        body = {"message": line, **conversation}
        async with http.post("/chat", json=body, headers=headers | key) as response:
            answer = await response.json()
        assert response.status == 200, answer
        conversation = {"conversation_id": answer["conversation_id"]}
        headers = {"Authorization": f"Bearer {answer['session_token']}"}
        said += [line, answer["response"]]
    return conversation["conversation_id"], said


async def _transcript(http: aiohttp.ClientSession, conversation_id: str) -> list[str]:
    operator = {"Authorization": f"Bearer {API_KEY}"}
    async with http.get(f"/conversation/{conversation_id}", headers=operator) as response:
        found = await response.json()
    return [message["text"] for message in found["messages"]]


async def _whole_transcript(http: aiohttp.ClientSession, conversation_id: str, messages: int) -> list[str]:
    """A read waits two seconds for the last reply, which a busy machine may store later than that."""
    deadline = time.monotonic() + _STORED_WITHIN_S
    while len(transcript := await _transcript(http, conversation_id)) < messages:
        if time.monotonic() > deadline:
            break
    return transcript


async def _turns_handled(http: aiohttp.ClientSession, service: ServiceProcess) -> float:
    async with http.get(f"{service.url}/metrics") as response:
        text = await response.text()
    return sum(float(line.split()[-1]) for line in text.splitlines() if line.startswith(_TURNS_HANDLED))


async def _until_it_shares_the_work(http: aiohttp.ClientSession, second: ServiceProcess) -> None:
    await asyncio.to_thread(second.start)
    async with asyncio.timeout(60):
        while not await _turns_handled(http, second):  # noqa: ASYNC110 - it happens in another process
            await asyncio.sleep(0.1)


async def test_a_second_dialogue_joins_and_nothing_is_lost_or_reordered(product: Product):
    second, joined = product.make("dialogue", instance="2"), asyncio.Event()
    connector, timeout = aiohttp.TCPConnector(limit=0), aiohttp.ClientTimeout(total=90)

    try:
        async with aiohttp.ClientSession(product.url, connector=connector, timeout=timeout) as http:
            talking = asyncio.gather(*(_converse(http, joined) for _ in range(_CONVERSATIONS)))
            await _until_it_shares_the_work(http, second)
            joined.set()
            told = await talking
            transcripts = [await _whole_transcript(http, identity, len(said)) for identity, said in told]
    finally:
        await asyncio.to_thread(second.terminate)

    assert transcripts == [said for _, said in told]
