"""Plays many personas at once and judges what came of it."""

import asyncio
from collections.abc import Callable, Sequence

import httpx2

from evals.attack import Attack, host, hostile
from evals.hearing import Hearing
from evals.hostile import Judge, Verdict
from evals.in_process import InProcess
from evals.over_http import OverHttp
from evals.persona import Persona
from evals.player import Line, Played, play
from evals.scoring import Summary, judge
from playbook import Playbook

AT_ONCE = 12
TIMEOUT_S = 90.0


async def run_over_http(
    url: str, personas: Sequence[Persona], playbook: Playbook, *, api_key: str = ""
) -> Summary:
    """Every persona against the gateway at this address; the key is needed to know the cost."""
    async with httpx2.AsyncClient(base_url=url, timeout=TIMEOUT_S) as http:
        return await run(personas, playbook, lambda _: OverHttp(http, api_key=api_key))


async def run_in_process(personas: Sequence[Persona], playbook: Playbook) -> Summary:
    """Every persona against the pure domain, guided."""
    return await run(personas, playbook, lambda persona: InProcess(playbook, persona.id))


async def run(personas: Sequence[Persona], playbook: Playbook, connect: Callable[[Persona], Line]) -> Summary:
    """Every persona, judged."""
    return Summary([judge(played, playbook) for played in await play_all(personas, playbook, connect)])


async def attack(
    attacks: Sequence[Attack], playbook: Playbook, connect: Callable[[Persona], Line]
) -> list[Verdict]:
    """Every attack in a conversation of its own, held against one without any."""
    visitor = host()
    hostiles = [hostile(one, visitor) for one in attacks]
    calm, *attacked = await play_all([visitor, *hostiles], playbook, connect)
    jury = Judge(calm, playbook)
    return [jury.verdict(one, played) for one, played in zip(attacks, attacked, strict=True)]


async def play_all(
    personas: Sequence[Persona], playbook: Playbook, connect: Callable[[Persona], Line]
) -> list[Played]:
    """Every persona on a line of its own, some at the same time."""
    hearing, turnstile = Hearing(playbook), asyncio.Semaphore(AT_ONCE)

    async def visit(persona: Persona) -> Played:
        async with turnstile:
            return await play(persona, connect(persona), hearing)

    return list(await asyncio.gather(*map(visit, personas)))
