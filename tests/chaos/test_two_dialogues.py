"""One hundred conversations at once over two dialogue processes, the second of which joins mid-way."""

import asyncio
import re
import time
from collections.abc import Iterator
from itertools import count, takewhile
from uuid import uuid4

import aiohttp

from devstack.services import ServiceProcess
from tests.support.product import API_KEY, Product

_CONVERSATIONS = 100
_STORED_WITHIN_S = 30
_FIRST_LINES = ("Hello, I run a bakery.", "We are 12 people.", "Taking phone orders eats our mornings.")
_LAST_LINES = ("I'd hand over the phone orders first.", "We use Excel and Gmail.")
_TURNS_HANDLED = (
    'salesbot_kafka_messages_processed_total{group="dialogue",result="done",topic="conversation.turns.v1"}'
)


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


async def _whole_transcript(http: aiohttp.ClientSession, conversation_id: str, messages: int) -> list[str]:
    """A read waits two seconds for the last reply, which a busy machine may store later than that."""
    operator, deadline = {"Authorization": f"Bearer {API_KEY}"}, time.monotonic() + _STORED_WITHIN_S
    transcript = list[str]()
    while len(transcript) < messages and time.monotonic() < deadline:
        async with http.get(f"/conversation/{conversation_id}", headers=operator) as response:
            transcript = [message["text"] for message in (await response.json())["messages"]]
    return transcript


async def _until_it_shares_the_work(http: aiohttp.ClientSession, second: ServiceProcess) -> None:
    await asyncio.to_thread(second.start)
    handled = re.compile(rf"^{re.escape(_TURNS_HANDLED)} [1-9]", re.MULTILINE)
    async with asyncio.timeout(60):
        while True:
            async with http.get(f"{second.url}/metrics") as response:
                if handled.search(await response.text()):
                    return
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
