"""Reads the body of an answer: server-sent events, JSON lines, or one JSON object.

What a body is, its first character tells: content types are wrong too often.
"""

from __future__ import annotations

import asyncio
import codecs
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, suppress
from typing import Any, Final, cast

import aiohttp
import httpx2
import orjson

END = "[DONE]"
# A connection whose body was read to its end can be used again. The end comes with the end mark or very soon
# after it; a server that leaves the connection open is not waited for.
DRAIN_S = 0.05
MOST_BYTES = 16 * 1024 * 1024
BROKEN_CONNECTION = (httpx2.RequestError, aiohttp.ClientError, OSError)
_decoder = codecs.getincrementaldecoder("utf-8-sig")
_BLANK = b" \t\r\n\xef\xbb\xbf"


class StreamEnd:
    """Stands for a chunk where the server marks the end of the answer."""


class ErrorEvent:
    """Stands for a chunk where an event has the type `error`."""


Event = dict[str, Any] | StreamEnd | ErrorEvent


async def events_of(response: httpx2.Response) -> AsyncGenerator[Event, None]:
    """The chunks of a body, as JSON objects. Events that are empty or no JSON object are left out."""
    async with aclosing(response.aiter_bytes()) as received:
        beginning = await _beginning(received)
        if beginning.lstrip(_BLANK)[:1] in (b"{", b"["):
            for value in _values(await _rest(beginning, received)):
                yield value
            yield StreamEnd()
            return
        # A second response would cost more than all the reading; of the first only this much is used.
        text = cast("httpx2.Response", _EventText(response.request, beginning, received))
        source = httpx2.EventSource(text)
        # It is a generator, which its type does not say.
        async with aclosing(cast("AsyncGenerator[httpx2.ServerSentEvent, None]", aiter(source))) as events:
            async for event in events:
                if event.data.strip(' "') == END:
                    yield StreamEnd()
                    await _drain(received)
                    return
                for value in _values(event.data):
                    yield value
                if event.event == "error":
                    yield ErrorEvent()


async def _beginning(received: AsyncIterator[bytes]) -> bytes:
    """Enough of the body to detect its format."""
    beginning = b""
    async for piece in received:
        beginning += piece
        if beginning.strip(_BLANK):
            break
    return beginning


async def _rest(beginning: bytes, received: AsyncIterator[bytes]) -> bytes:
    body = bytearray(beginning)
    async for piece in received:
        body += piece
        if len(body) > MOST_BYTES:
            raise httpx2.DecodingError("the body is too large")
    return bytes(body)


class _EventText:
    """The body as text for the event reader, whatever its content type and charset.

    Its byte-order mark is taken off, and the blank line added that some servers forget behind the last event.
    """

    headers: Final = {"content-type": "text/event-stream"}

    def __init__(self, request: httpx2.Request, beginning: bytes, received: AsyncIterator[bytes]) -> None:
        self.request = request
        self._beginning = beginning
        self._received = received

    async def aiter_text(self) -> AsyncIterator[str]:
        """The text, with no character cut."""
        decode = _decoder(errors="replace").decode
        yield decode(self._beginning)
        async for piece in self._received:
            yield decode(piece)
        yield decode(b"", final=True) + "\n\n"


async def _drain(received: AsyncIterator[bytes]) -> None:
    with suppress(TimeoutError, *BROKEN_CONNECTION):
        async with asyncio.timeout(DRAIN_S):
            async for _ in received:
                pass


def _values(data: str | bytes) -> list[dict[str, Any]]:
    """The JSON objects of an event or a body: one, a list of them, or one on each line."""
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError:
        return _values_of_lines(data if isinstance(data, str) else data.decode("utf-8-sig", "replace"))
    return [value] if isinstance(value, dict) else _objects_in(value)


def _values_of_lines(data: str) -> list[dict[str, Any]]:
    return [found for line in data.split("\n") for found in _objects_in(_loaded(line))]


def _loaded(text: str) -> object:
    try:
        # Unlike orjson it takes half a character, whose other half is in the next chunk.
        return json.loads(text.removeprefix("data:"), strict=False)
    except ValueError:
        return None


def _objects_in(value: object) -> list[dict[str, Any]]:
    values = value if isinstance(value, list) else [value]
    return [each for each in values if isinstance(each, dict)]
