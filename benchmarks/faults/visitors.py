"""Visitors whose client sends a turn again, with the same key, until it is accepted."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import aiohttp

_PAUSE_S = 0.2
_GIVE_UP_S = 150.0
_REQUEST_LIMIT_S = 40.0
_OK = 200
_LATER = 202
_CLIENT_ERRORS = range(400, 500)
_TRY_AGAIN = frozenset({408, 425, 429})


@dataclass(slots=True)
class Turn:
    """A line and its reply; times of the monotonic clock, `replied_s` None while there is none."""

    line: str
    asked_s: float
    turn_id: str = ""
    reply: str = ""
    replied_s: float | None = None


@dataclass(slots=True)
class Conversation:
    """What one visitor said and was told, as the visitor saw it."""

    turns: list[Turn] = field(default_factory=list)
    conversation_id: str = ""
    session_token: str = ""
    problems: list[str] = field(default_factory=list)

    @property
    def headers(self) -> dict[str, str]:
        """The credentials of this visitor."""
        return {"Authorization": f"Bearer {self.session_token}"} if self.session_token else {}


async def converse(
    http: aiohttp.ClientSession, lines: Sequence[str], *, goes_on: Callable[[], bool]
) -> Conversation:
    """Say the lines one after the other, each when the reply to the last has come."""
    conversation = Conversation()
    for line in lines:
        if not goes_on():
            break
        turn = Turn(line, time.monotonic())
        conversation.turns.append(turn)
        try:
            async with asyncio.timeout(_GIVE_UP_S):
                await _say(http, conversation, turn)
        except TimeoutError:
            conversation.problems.append(f"no reply within {_GIVE_UP_S:.0f} s")
            break
        if conversation.problems:
            break
    return conversation


async def _say(http: aiohttp.ClientSession, conversation: Conversation, turn: Turn) -> None:
    body = {"message": turn.line, "source": "api"}
    if conversation.conversation_id:
        body["conversation_id"] = conversation.conversation_id
    headers = conversation.headers | {"Idempotency-Key": str(uuid4())}
    while True:
        status, answer = await _call(http, "/chat", headers, body)
        if status in {_OK, _LATER}:
            break
        if status in _CLIENT_ERRORS and status not in _TRY_AGAIN:
            conversation.problems.append(f"refused with {status}")
            return
        await asyncio.sleep(_PAUSE_S)
    conversation.conversation_id = answer["conversation_id"]
    conversation.session_token = answer["session_token"]
    turn.turn_id = answer["turn_id"]
    turn.reply = answer["response"] if status == _OK else await _read_later(http, conversation, turn)
    turn.replied_s = time.monotonic()


async def _read_later(http: aiohttp.ClientSession, conversation: Conversation, turn: Turn) -> str:
    """The reply from the transcript, as a client reads it that was told to look there."""
    while True:
        for message in (await transcript(http, conversation)) or ():
            if message["role"] == "bot" and turn.turn_id in message["answers"]:
                return str(message["text"])
        await asyncio.sleep(_PAUSE_S)


async def transcript(http: aiohttp.ClientSession, conversation: Conversation) -> list[dict[str, Any]] | None:
    """The messages of a conversation; None when it cannot be read now."""
    path = f"/conversation/{conversation.conversation_id}"
    status, found = await _call(http, path, conversation.headers)
    return found["messages"] if status == _OK else None


async def _call(
    http: aiohttp.ClientSession,
    path: str,
    headers: dict[str, str],
    body: dict[str, str] | None = None,
) -> tuple[int, dict[str, Any]]:
    """Status and document of a POST of `body`, or of a GET without one; status 0 where nobody answered."""
    method = "GET" if body is None else "POST"
    limit = aiohttp.ClientTimeout(total=_REQUEST_LIMIT_S)
    try:
        async with http.request(method, path, json=body, headers=headers, timeout=limit) as response:
            return response.status, await response.json(content_type=None)
    except (aiohttp.ClientError, OSError, TimeoutError, ValueError):
        return 0, {}
