"""PostgreSQL: one pool per process, one schema per service, our own errors."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

# asyncpg ships no types.
import asyncpg  # type: ignore[import-untyped]
import orjson
from sqlalchemy import MetaData, NullPool, event, text
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from chassis.errors import PermanentError, SalesbotError, TransientError
from chassis.settings import DatabaseSettings

# https://www.postgresql.org/docs/current/errcodes-appendix.html
_READ_ONLY = "25006"
# Data exceptions and violated constraints: what the statement carries is at fault. Any other class is about
# the server, the schema, permissions or the network.
_CLASSES_OF_DATA: Final = ("22", "23")
# A connection that says so is of no more use, nor are its neighbours in the pool: the server was demoted
# (25006) or goes down (57P), or a migration made the statements stale that are prepared on it (0A000, 26000).
_CONNECTION_IS_SPENT: Final = ("08", _READ_ONLY, "26", "57P", "0A000")
# What asyncpg raises while it connects reaches us without SQLAlchemy's wrapping.
_UNWRAPPED: Final = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)


class DatabaseUnavailable(TransientError):
    """PostgreSQL could not execute the statement now; the transaction was rolled back.

    Args:
        cause: an SQLSTATE or the name of an error's class.
    """

    def __init__(self, cause: str) -> None:
        super().__init__(f"database: {cause}")
        self._cause = cause

    @property
    def label(self) -> str:
        """Why, such as `DatabaseUnavailable 25006`."""
        return f"{super().label} {self._cause}"


class DataRefused(PermanentError):
    """PostgreSQL can never store these data: out of range, malformed, or against a constraint.

    Args:
        cause: an SQLSTATE or the name of an error's class.
    """

    def __init__(self, cause: str) -> None:
        super().__init__(f"database refuses the data: {cause}")
        self._cause = cause

    @property
    def label(self) -> str:
        """Why, such as `DataRefused 22003`."""
        return f"{super().label} {self._cause}"


def make_engine(settings: DatabaseSettings) -> AsyncEngine:
    """Build the pool; it connects on first use."""
    engine = create_async_engine(
        settings.database_url.get_secret_value(),
        pool_size=settings.database_pool_size,
        max_overflow=0,
        pool_timeout=5.0,
        # What a statement was given is what people wrote.
        hide_parameters=True,
        json_serializer=_to_json,
        json_deserializer=orjson.loads,
        connect_args={**settings.database_connect_args, "timeout": 5.0, "command_timeout": 10.0},
    )
    event.listen(engine.sync_engine, "handle_error", _drop_spent_connections)
    return engine


def make_migration_engine(settings: DatabaseSettings) -> AsyncEngine:
    """One connection without a pool, and without a limit of time for a statement."""
    return create_async_engine(
        settings.database_url.get_secret_value(),
        poolclass=NullPool,
        hide_parameters=True,
        connect_args=settings.database_connect_args,
    )


def metadata_for(schema: str) -> MetaData:
    """Table definitions of one service; its schema is its own."""
    return MetaData(schema=schema)


@contextmanager
def translate_database_errors() -> Iterator[None]:
    """Turn what PostgreSQL and its driver raise into DataRefused or DatabaseUnavailable."""
    try:
        yield
    except (DBAPIError, PoolTimeout, OSError, *_UNWRAPPED) as error:
        raise database_error(error) from error


def database_error(error: Exception) -> SalesbotError:
    """Translate a database error: DataRefused only where the data are provably at fault."""
    original = _driver_error(error)
    state = getattr(original, "sqlstate", None) or ""
    if state.startswith(_CLASSES_OF_DATA):
        return DataRefused(state or type(original).__name__)
    return DatabaseUnavailable(state or type(original).__name__)


async def ping(engine: AsyncEngine) -> None:
    """Check that PostgreSQL answers and is writable; raises DatabaseUnavailable."""
    with translate_database_errors():
        async with engine.connect() as connection:
            is_read_only = await connection.scalar(text("select current_setting('transaction_read_only')"))
            if is_read_only == "on":
                # After a failover this connection still leads to the server that was demoted.
                await connection.invalidate()
                raise DatabaseUnavailable(_READ_ONLY)


def _driver_error(error: Exception) -> BaseException:
    """The error that asyncpg raised; SQLAlchemy wraps it twice."""
    original = error.orig if isinstance(error, DBAPIError) else error
    return (original and original.__cause__) or original or error


def _drop_spent_connections(context: ExceptionContext) -> None:
    """Discard the connections that a failover, a restart or a migration has broken."""
    original = context.original_exception
    state = getattr(original, "sqlstate", None) or ""
    if state.startswith(_CONNECTION_IS_SPENT):
        context.is_disconnect = True
    elif isinstance(original, TimeoutError):
        # Its statement may still run; the others have done nothing wrong.
        context.is_disconnect, context.invalidate_pool_on_disconnect = True, False


def _to_json(value: object) -> str:
    return orjson.dumps(value).decode()
