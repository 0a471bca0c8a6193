"""PostgreSQL: one pool a process, a schema a service, errors of ours."""

from collections.abc import Iterator
from contextlib import contextmanager

import orjson
from sqlalchemy import MetaData, text
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from chassis.errors import TransientError
from chassis.settings import DatabaseSettings

# serialization failure, deadlock, and the classes "connection" and "operator intervention"
_TRY_AGAIN = ("40001", "40P01", "08", "57", "53")


class DatabaseUnavailable(TransientError):
    """PostgreSQL did not take the statement now; nothing of the transaction was kept."""


def make_engine(settings: DatabaseSettings) -> AsyncEngine:
    """Build the pool; it connects on first use."""
    return create_async_engine(
        settings.database_url.get_secret_value(),
        pool_size=settings.database_pool_size,
        max_overflow=0,
        pool_timeout=5.0,
        json_serializer=_to_json,
        json_deserializer=orjson.loads,
        connect_args={"timeout": 5.0, "command_timeout": 10.0},
    )


def metadata_for(schema: str) -> MetaData:
    """Table definitions of one service; its schema is its own."""
    return MetaData(schema=schema)


@contextmanager
def translate_database_errors() -> Iterator[None]:
    """Turn failures that may pass into DatabaseUnavailable; faults of ours stay what they are."""
    try:
        yield
    except (OperationalError, InterfaceError, PoolTimeout, OSError) as error:
        raise DatabaseUnavailable(f"database: {type(error).__name__}") from error
    except DBAPIError as error:
        state = getattr(error.orig, "sqlstate", None) or ""
        if error.connection_invalidated or state.startswith(_TRY_AGAIN):
            raise DatabaseUnavailable(f"database: {state or type(error).__name__}") from error
        raise


async def ping(engine: AsyncEngine) -> None:
    """Ask PostgreSQL for a sign of life; raises DatabaseUnavailable."""
    with translate_database_errors():
        async with engine.connect() as connection:
            await connection.execute(text("select 1"))


def _to_json(value: object) -> str:
    return orjson.dumps(value).decode()
