"""What other visitors notice of many connections: phases of one run, compared with those without them."""

import asyncio
import re
import statistics
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from urllib.parse import urlsplit

import aiohttp
import psutil

from benchmarks.load import Cell, measure
from benchmarks.stack import Stack, running_stack
from devstack.infra import Infra

_TALKS = 4
# The median of so many measurements of each phase: what else the machine does comes and goes.
_ROUNDS = 5
_WARM_UP_TURNS = 200
SMALL_BUFFER = 4096
_ENV = {
    "LIMITS_EXEMPT_NETWORKS": '["127.0.0.0/8"]',
    "WRITE_TIMEOUT_S": "10",
}
_DROPPED_WITHIN_S = 40
# By how much the time of other visitors may change.
MOST_SLOWER = 1.2
# How much memory an idle connection may take, and a slow reader: its buffers, and what of a transcript it was
# about to be sent. With what the system does not give back at once.
MOST_KB_IDLE, MOST_KB_SLOW = 100, 600

Holder = Callable[[Stack, int], AbstractAsyncContextManager[None]]


@dataclass(frozen=True, slots=True)
class Phase:
    """What is connected, what it takes of the gateway, and how long visitors wait meanwhile."""

    name: str
    gateway_mb: float
    open_requests: int
    dropped: int
    p50_ms: float
    p95_ms: float
    failed: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """The phases: alone, beside idle connections, beside slow readers too, and alone again."""

    phases: tuple[Phase, ...]
    idle: int
    slow: int

    @property
    def slower(self) -> tuple[float, ...]:
        """How many times as long the slowest visitors wait in each loaded phase as with nobody else."""
        first, *loaded, last = self.phases
        alone = (first.p95_ms + last.p95_ms) / 2
        return tuple(round(phase.p95_ms / alone, 2) for phase in loaded)

    @property
    def kb_each(self) -> tuple[float, ...]:
        """Memory of the gateway for one idle connection, and for one slow reader."""
        alone, idle, slow = (phase.gateway_mb for phase in self.phases[:3])
        return round((idle - alone) * 1024 / self.idle, 1), round((slow - idle) * 1024 / self.slow, 1)

    @property
    def faults(self) -> list[str]:
        """What does not hold."""
        said = {
            f"visitors wait more than {MOST_SLOWER} times as long": max(self.slower) >= MOST_SLOWER,
            "turns failed": any(phase.failed for phase in self.phases),
            f"an idle connection takes more than {MOST_KB_IDLE} KB": self.kb_each[0] > MOST_KB_IDLE,
            f"a slow reader takes more than {MOST_KB_SLOW} KB": self.kb_each[1] > MOST_KB_SLOW,
            "slow readers were not closed": self.phases[-1].dropped < self.slow,
            "connections stay": self.phases[-1].open_requests > self.phases[0].open_requests,
        }
        return [fault for fault, is_so in said.items() if is_so]


async def compare(
    infra: Infra, *, name: str, idle: Holder, slow: Holder, counts: tuple[int, int], turns: int
) -> Comparison:
    """Measure alone, beside idle connections, beside slow readers too, and alone again."""
    most_idle, most_slow = counts
    async with running_stack(infra, env=_ENV) as stack:
        await measure(stack, conversations=_TALKS, turns=_WARM_UP_TURNS, model_delay_ms=0)
        phases = [await _phase("alone", stack, turns)]
        async with idle(stack, most_idle):
            phases.append(await _phase(f"{most_idle} idle {name}", stack, turns))
            async with slow(stack, most_slow):
                phases.append(await _phase(f"and {most_slow} slow readers", stack, turns))
                await _until_dropped(stack, most_slow)
        phases.append(await _phase("alone again", stack, turns))
    return Comparison(tuple(phases), most_idle, most_slow)


async def _until_dropped(stack: Stack, count: int) -> None:
    """Wait for slow readers to be dropped, as long as that may take; the last phase tells how many were."""
    for _ in range(_DROPPED_WITHIN_S):
        if await _dropped(stack) >= count:
            return
        await asyncio.sleep(1)


async def _dropped(stack: Stack) -> int:
    metrics = await _metrics(stack.services[0].url)
    return int(metrics.get('salesbot_connections_dropped_total{reason="slow-reader"}', 0))


async def _phase(name: str, stack: Stack, turns: int) -> Phase:
    cells: list[Cell] = [
        await measure(stack, conversations=_TALKS, turns=turns // _ROUNDS, model_delay_ms=0)
        for _ in range(_ROUNDS)
    ]
    gateway = stack.services[0]
    metrics = await _metrics(gateway.url)
    return Phase(
        name=name,
        gateway_mb=round(psutil.Process(gateway.pid).memory_info().rss / 2**20, 1),
        open_requests=int(metrics.get("salesbot_open_requests", 0)),
        dropped=await _dropped(stack),
        p50_ms=statistics.median(cell.p50_ms for cell in cells),
        p95_ms=statistics.median(cell.p95_ms for cell in cells),
        failed=sum(cell.failed for cell in cells),
    )


async def _metrics(url: str) -> dict[str, float]:
    async with aiohttp.ClientSession(url) as http, http.get("/metrics") as response:
        text = await response.text()
    return {name: float(value) for name, value in re.findall(r"^(salesbot_\S+) (\S+)$", text, re.MULTILINE)}


def address_of(stack: Stack) -> tuple[str, int]:
    """Where its gateway listens."""
    parts = urlsplit(stack.url)
    assert parts.hostname is not None and parts.port is not None
    return parts.hostname, parts.port
