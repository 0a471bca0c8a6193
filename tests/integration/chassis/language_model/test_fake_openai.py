"""The fake model server is one that the real client cannot tell from the real server."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from enum import StrEnum

import openai
import pytest
from openai.types.chat import ChatCompletionUserMessageParam
from pydantic import BaseModel, Field

from tests.support.fake_openai import FakeOpenAI, Fault


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Part(BaseModel):
    name: str


class Drink(BaseModel):
    text: str
    colour: Colour
    note: str | None
    parts: list[Part]
    some: list[Part] = Field(min_length=2)
    cups: int = Field(ge=3)
    is_hot: bool


QUESTION: list[ChatCompletionUserMessageParam] = [{"role": "user", "content": "Hello?"}]


@pytest.fixture
async def server() -> AsyncIterator[FakeOpenAI]:
    async with FakeOpenAI() as server:
        yield server


@pytest.fixture
async def client(server: FakeOpenAI) -> AsyncIterator[openai.AsyncOpenAI]:
    async with openai.AsyncOpenAI(api_key="key", base_url=server.base_url, max_retries=0) as client:
        yield client


async def test_any_schema_is_filled(client: openai.AsyncOpenAI) -> None:
    completion = await client.chat.completions.parse(model="gpt-4o", messages=QUESTION, response_format=Drink)

    drink = completion.choices[0].message.parsed
    assert drink is not None
    assert (drink.colour, drink.note, drink.parts, drink.cups) == (Colour.RED, None, [], 3)
    assert len(drink.some) == 2
    assert completion.usage is not None
    assert completion.usage.total_tokens > 2


async def test_a_stream_has_role_content_finish_and_usage(client: openai.AsyncOpenAI) -> None:
    stream = await client.chat.completions.create(
        model="gpt-4o", messages=QUESTION, stream=True, stream_options={"include_usage": True}
    )

    first, *content, finish, usage = [chunk async for chunk in stream]

    assert first.choices[0].delta.role == "assistant"
    assert "".join(chunk.choices[0].delta.content or "" for chunk in content).startswith('{"text":')
    assert len(content) == 22
    assert finish.choices[0].finish_reason == "stop"
    assert usage.choices == []
    assert usage.usage is not None
    assert len({chunk.id for chunk in (first, *content, finish, usage)}) == 1


async def test_usage_is_sent_only_when_asked_for(client: openai.AsyncOpenAI) -> None:
    stream = await client.chat.completions.create(model="gpt-4o", messages=QUESTION, stream=True)

    chunks = [chunk async for chunk in stream]

    assert all(chunk.choices and chunk.usage is None for chunk in chunks)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault.rate_limited(), openai.RateLimitError),
        (Fault.server_error(), openai.InternalServerError),
        (Fault.auth_error(), openai.AuthenticationError),
        (Fault.unknown_model(), openai.NotFoundError),
        (Fault.drop(), openai.APIConnectionError),
    ],
)
async def test_the_client_knows_every_refusal(
    server: FakeOpenAI, client: openai.AsyncOpenAI, fault: Fault, error: type[openai.OpenAIError]
) -> None:
    server.next(fault)

    with pytest.raises(error):
        await client.chat.completions.create(model="gpt-4o", messages=QUESTION)


async def test_a_refusal_by_the_model_is_a_refusal_to_the_client(
    server: FakeOpenAI, client: openai.AsyncOpenAI
) -> None:
    server.next(Fault.refusal())

    completion = await client.chat.completions.create(model="gpt-4o", messages=QUESTION)

    assert completion.choices[0].message.refusal
    assert completion.choices[0].message.content is None


async def test_models_are_listed(client: openai.AsyncOpenAI) -> None:
    assert [model.id async for model in client.models.list()] == ["gpt-4o"]


async def test_a_reply_takes_the_time_it_is_given() -> None:
    now = asyncio.get_running_loop().time
    async with (
        FakeOpenAI(delay_s=0.3) as server,
        openai.AsyncOpenAI(api_key="key", base_url=server.base_url) as client,
    ):
        started_at = now()
        stream = await client.chat.completions.create(model="gpt-4o", messages=QUESTION, stream=True)
        times = [now() - started_at async for _ in stream]

    assert times[-1] >= 0.3
    # A pause lies between the chunks: the reply does not come at once after a wait.
    assert times[-1] - times[1] >= 0.15


async def test_as_a_process_it_tells_its_address_and_stops_when_told() -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.support.fake_openai", "--delay", "0"), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    base_url = (await asyncio.wait_for(process.stdout.readline(), 30)).decode().strip()
    async with openai.AsyncOpenAI(api_key="key", base_url=base_url) as client:
        completion = await client.chat.completions.create(model="gpt-4o", messages=QUESTION)

    process.send_signal(signal.SIGTERM)

    assert await asyncio.wait_for(process.wait(), 30) == 0
    assert completion.choices[0].message.content
