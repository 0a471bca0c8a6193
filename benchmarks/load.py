"""Closed-loop visitors: each says its next line as soon as it has read the reply."""

import asyncio
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from uuid import uuid4

import aiohttp

from benchmarks.stack import Stack

LINES = (
    "Hello! I run a family restaurant with a delivery kitchen.",
    "We are 18 people.",
    "Taking phone orders eats up our evenings, and so does answering reviews.",
    "Taking phone orders first, please.",
    "A guest calls, we note the dishes, read them back, give a time and put it into the till.",
    "Complaints.",
    "We use Lightspeed, Gmail and Google Sheets.",
    "About 20 hours a week. It works if that falls below 5.",
    "My name is Lea Brandt, lea@restaurant.example.",
    "Looks good, let's go ahead.",
)


@dataclass(frozen=True, slots=True)
class Cell:
    """One load: what was asked for and what came out. Times in milliseconds."""

    conversations: int
    model_delay_ms: int
    turns: int
    failed: int
    turns_per_s: float
    p50_ms: float
    p95_ms: float
    cpu_s_per_1000_turns: float
    cpu_s_per_1000_turns_by_service: dict[str, float]


async def measure(stack: Stack, *, conversations: int, turns: int, model_delay_ms: int) -> Cell:
    """Hold `conversations` open at once until `turns` turns were answered."""
    times_s: list[float] = []
    failures = count()
    budget = iter(range(turns))
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(stack.url, connector=connector) as http:
        cpu_before, started = stack.cpu_seconds(), time.perf_counter()
        async with asyncio.TaskGroup() as visitors:
            for _ in range(conversations):
                visitors.create_task(_visit_until_spent(http, budget, times_s, failures))
        elapsed_s = time.perf_counter() - started
    # What a turn causes after its reply, such as its projection, is part of its cost.
    await asyncio.sleep(1.0)
    used = {name: after - cpu_before[name] for name, after in stack.cpu_seconds().items()}
    per_1000 = {name: round(1000 * seconds / len(times_s), 2) for name, seconds in used.items()}
    cuts = statistics.quantiles(times_s, n=20)
    return Cell(
        conversations=conversations,
        model_delay_ms=model_delay_ms,
        turns=len(times_s),
        failed=next(failures),
        turns_per_s=round(len(times_s) / elapsed_s, 1),
        p50_ms=round(1000 * statistics.median(times_s), 1),
        p95_ms=round(1000 * cuts[18], 1),
        cpu_s_per_1000_turns=round(sum(per_1000.values()), 2),
        cpu_s_per_1000_turns_by_service=per_1000,
    )


async def _visit_until_spent(
    http: aiohttp.ClientSession, budget: Iterator[int], times_s: list[float], failures: Iterator[int]
) -> None:
    while True:
        conversation: dict[str, str] = {}
        headers: dict[str, str] = {}
        for line in LINES:
            if next(budget, None) is None:
                return
            started = time.perf_counter()
            request = {"message": line, **conversation}
            key = {"Idempotency-Key": str(uuid4())}
            async with http.post("/chat", json=request, headers=headers | key) as response:
                answer = await response.json()
            times_s.append(time.perf_counter() - started)
            if response.status != 200:
                next(failures)
                break
            conversation = {"conversation_id": answer["conversation_id"]}
            headers = {"Authorization": f"Bearer {answer['session_token']}"}
