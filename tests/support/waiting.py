"""Waiting for a condition instead of for the clock."""

import asyncio
import time
from collections.abc import Awaitable, Callable

STEP_S = 0.01


async def until(is_true: Callable[[], object], *, within_s: float = 15.0, what: str = "") -> None:
    """Return as soon as `is_true`; fails when it is not true in time."""
    deadline = time.monotonic() + within_s
    while not is_true():
        assert time.monotonic() < deadline, what or f"not within {within_s} s"
        await asyncio.sleep(STEP_S)


async def until_told(is_true: Callable[[], Awaitable[object]], *, within_s: float = 30.0) -> None:
    """Return as soon as whoever is asked says so; fails when they do not in time."""
    async with asyncio.timeout(within_s):
        while True:
            if await is_true():
                return
            # Whoever is asked has better things to do.
            await asyncio.sleep(5 * STEP_S)


async def let_run() -> None:
    """Let every task that can go on do so, a few steps far."""
    for _ in range(10):
        await asyncio.sleep(0)
