"""1,200 anonymous openings from one address, while a visitor with another one talks."""

import asyncio
import re
import statistics
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import aiohttp
import yaml

from benchmarks.load import LINES
from benchmarks.stack import PROJECT, Stack, running_stack
from devstack.infra import Infra

# As it is delivered: the playbook with its caps, the limits with their defaults. A proxy says who calls.
_AS_DELIVERED = {
    "PLAYBOOK_PATH": str(PROJECT / "playbook.yaml"),
    "TRUSTED_PROXIES": '["127.0.0.0/8"]',
    **dict.fromkeys(
        (
            "LIMITS_OPENINGS_PER_ADDRESS",
            "LIMITS_OPENINGS_PER_SITE",
            "LIMITS_MESSAGES_PER_CONVERSATION",
            "LIMITS_MESSAGES_PER_ADDRESS",
            "LIMITS_MESSAGES_PER_SITE",
        ),
        "",
    ),
}
_ATTACKER, _VISITOR = {"X-Forwarded-For": "203.0.113.9"}, {"X-Forwarded-For": "198.51.100.7"}
_AT_ONCE = 20
_TENTH = 0.1


@dataclass(frozen=True, slots=True)
class Flood:
    """What became of the openings, of the budget, and of the visitor beside them."""

    openings: int
    seconds: float
    statuses: dict[int, int]
    retry_after_s: tuple[int, int]
    share_of_day: float
    guided: int
    visitor_statuses: dict[int, int]
    visitor_guided: int
    visitor_median_ms: float
    visitor_median_alone_ms: float

    @property
    def is_held(self) -> bool:
        """Whether the flood was refused in time, and the visitor noticed nothing."""
        is_refused = self.statuses.get(429, 0) > 0 and self.retry_after_s[0] > 0
        return (
            is_refused
            and self.share_of_day < _TENTH
            and set(self.visitor_statuses) == {200}
            and self.visitor_guided == 0
        )


async def measure_flood(infra: Infra, *, openings: int) -> Flood:
    """Flood a stack that is set up as it is delivered."""
    async with running_stack(infra, env=_AS_DELIVERED) as stack:
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(stack.url, connector=connector) as http:
            # The first talk of a stack warms it up.
            alone = [await _talk(http) for _ in range(2)][1]
            talk = asyncio.create_task(_talk(http))
            started = time.perf_counter()
            answers = await _open_all(http, openings)
            seconds = time.perf_counter() - started
            said = await talk
            used = await _tokens_used(http, stack)
    return _figures(answers, said, alone, seconds=seconds, share_of_day=used / _day_tokens())


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    is_guided: bool
    retry_after_s: int
    seconds: float


async def _open_all(http: aiohttp.ClientSession, openings: int) -> list[_Answer]:
    slots = asyncio.Semaphore(_AT_ONCE)

    async def open_one() -> _Answer:
        async with slots:
            return (await _say(http, {"message": LINES[0]}, _ATTACKER))[0]

    return list(await asyncio.gather(*(open_one() for _ in range(openings))))


async def _talk(http: aiohttp.ClientSession) -> list[_Answer]:
    said, headers, body = list[_Answer](), dict(_VISITOR), dict[str, str]()
    for line in LINES:
        answer, document = await _say(http, body | {"message": line}, headers)
        said.append(answer)
        if answer.status != 200:
            break
        body = {"conversation_id": document["conversation_id"]}
        headers = _VISITOR | {"Authorization": f"Bearer {document['session_token']}"}
    return said


async def _say(
    http: aiohttp.ClientSession, body: dict[str, str], headers: dict[str, str]
) -> tuple[_Answer, dict[str, str]]:
    started = time.perf_counter()
    key = {"Idempotency-Key": str(uuid4())}
    async with http.post("/chat", json=body, headers=headers | key) as response:
        document = await response.json(content_type=None)
    answer = _Answer(
        status=response.status,
        is_guided=bool(document.get("degraded")),
        retry_after_s=int(response.headers.get("Retry-After", 0)),
        seconds=time.perf_counter() - started,
    )
    return answer, document


async def _tokens_used(http: aiohttp.ClientSession, stack: Stack) -> float:
    used = 0.0
    for service in stack.services:
        async with http.get(f"{service.url}/metrics") as response:
            text = await response.text()
        counted = re.findall(r"^salesbot_language_model_tokens_total\{[^}]*\} (\S+)$", text, re.MULTILINE)
        used += sum(map(float, counted))
    return used


def _day_tokens() -> int:
    playbook = yaml.safe_load(Path(PROJECT / "playbook.yaml").read_text(encoding="utf-8"))
    return int(playbook["spend"]["day_tokens"])


def _figures(
    answers: list[_Answer], said: list[_Answer], alone: list[_Answer], *, seconds: float, share_of_day: float
) -> Flood:
    waits = [answer.retry_after_s for answer in answers if answer.status == 429]
    return Flood(
        openings=len(answers),
        seconds=round(seconds, 1),
        statuses=dict(Counter(answer.status for answer in answers)),
        retry_after_s=(min(waits, default=0), max(waits, default=0)),
        share_of_day=round(share_of_day, 4),
        guided=sum(answer.is_guided for answer in answers),
        visitor_statuses=dict(Counter(answer.status for answer in said)),
        visitor_guided=sum(answer.is_guided for answer in said),
        visitor_median_ms=_median_ms(said),
        visitor_median_alone_ms=_median_ms(alone),
    )


def _median_ms(said: list[_Answer]) -> float:
    return round(1000 * statistics.median(answer.seconds for answer in said), 1)
