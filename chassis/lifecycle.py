"""Resources and background work of a service, in the shape `chassis.asgi.Parts` takes them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.errors import TransientError, describe
from chassis.schema_revision import ready_schema
from chassis.settings import DatabaseSettings
from chassis.supervised import name_of

logger = structlog.get_logger()


@asynccontextmanager
async def migrated(
    engine: AsyncEngine, settings: DatabaseSettings, *, script_location: Path, schema: str
) -> AsyncIterator[AsyncEngine]:
    """Yield the engine once the schema is migrated; its pool is closed at the end."""
    await ready_schema(engine, settings, script_location=script_location, schema=schema)
    try:
        yield engine
    finally:
        await engine.dispose()


def every(interval_s: float, work: Callable[[], Awaitable[None]]) -> Callable[[], Coroutine[Any, Any, None]]:
    """Background work that repeats `work`; a TransientError is logged and retried at the next interval."""

    async def repeat() -> None:
        while True:
            await asyncio.sleep(interval_s)
            try:
                await work()
            except TransientError as error:
                logger.warning("background_work_postponed", error=describe(error))

    repeat.__qualname__ = name_of(work)
    return repeat
