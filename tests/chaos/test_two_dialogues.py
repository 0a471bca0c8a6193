"""One hundred conversations at once over two dialogue processes, the second of which joins mid-way."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import aiohttp
import pytest

from tests.support.product import API_KEY, Product, running_product

_CONVERSATIONS = 100
_LINES = (
    "Hello, I run a bakery.",
    "We are 12 people.",
    "Taking phone orders eats our mornings.",
    "I'd hand over the phone orders first.",
)


@pytest.fixture(scope="module")
def product(product_env: dict[str, str], logs: Path) -> Iterator[Product]:
    with running_product(product_env, logs) as running:
        yield running


async def _converse(http: aiohttp.ClientSession) -> tuple[str, list[str]]:
    conversation: dict[str, str] = {}
    headers: dict[str, str] = {}
    replies = []
    for line in _LINES:
        key = {"Idempotency-Key": str(uuid4())}
        async with http.post(
            "/chat", json={"message": line, **conversation}, headers=headers | key
        ) as response:
            answer = await response.json()
        assert response.status == 200, answer
        conversation = {"conversation_id": answer["conversation_id"]}
        headers = {"Authorization": f"Bearer {answer['session_token']}"}
        replies.append(answer["response"])
    return conversation["conversation_id"], replies


async def test_a_second_dialogue_joins_and_nothing_is_lost_or_reordered(product: Product):
    second = product.make("dialogue", instance="2")
    connector = aiohttp.TCPConnector(limit=0)
    timeout = aiohttp.ClientTimeout(total=90)

    try:
        async with aiohttp.ClientSession(product.url, connector=connector, timeout=timeout) as http:
            talking = asyncio.gather(*(_converse(http) for _ in range(_CONVERSATIONS)))
            await asyncio.to_thread(second.start)
            told = await talking
            operator = {"Authorization": f"Bearer {API_KEY}"}
            transcripts = [await _transcript(http, conversation_id, operator) for conversation_id, _ in told]
    finally:
        await asyncio.to_thread(second.terminate)

    for (_, replies), messages in zip(told, transcripts, strict=True):
        expected = [text for pair in zip(_LINES, replies, strict=True) for text in pair]
        assert [message["text"] for message in messages] == expected


async def _transcript(
    http: aiohttp.ClientSession, conversation_id: str, headers: dict[str, str]
) -> list[dict[str, str]]:
    async with http.get(f"/conversation/{conversation_id}", headers=headers) as response:
        found = await response.json()
    messages: list[dict[str, str]] = found["messages"]
    return messages
