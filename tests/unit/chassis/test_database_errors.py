"""What an error of PostgreSQL means for the record that met it, by SQLSTATE."""

import inspect

import asyncpg
import pytest
from sqlalchemy.dialects.postgresql.asyncpg import AsyncAdapt_asyncpg_dbapi
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from chassis.postgres import DatabaseUnavailable, DataRefused, translate_database_errors

WORDS = "about 'the words of a visitor'"
# Read-only after a failover, wrong password, a column that a migration renames, disk full, lock time-out; and
# states that nobody knows yet.
MET = ("25006", "28P01", "42703", "53100", "55P03", "22ZZZ", "23ZZZ", "2200", "57ZZZ", "02222", "XYZ12")


def every_server_error() -> list[asyncpg.PostgresError]:
    classes = [found for found in vars(asyncpg.exceptions).values() if inspect.isclass(found)]
    known = [found for found in classes if issubclass(found, asyncpg.PostgresError) and found.sqlstate]
    met = [asyncpg.PostgresError.new({"C": state, "M": WORDS, "S": "ERROR"}) for state in MET]
    return [*(error(WORDS) for error in known), *met]


def wrapped(original: Exception) -> Exception:
    """As SQLAlchemy raises what a statement met."""
    dbapi = AsyncAdapt_asyncpg_dbapi(asyncpg)
    adapted = dbapi.Error("failed", original)
    adapted.__cause__ = original
    return DBAPIError.instance("select", None, adapted, dbapi.Error)


def translated(error: Exception) -> DatabaseUnavailable | DataRefused:
    with pytest.raises((DatabaseUnavailable, DataRefused)) as caught, translate_database_errors():
        raise error
    return caught.value


@pytest.mark.parametrize("is_wrapped", [True, False])
def test_only_data_and_violated_constraints_are_the_records_own_fault(*, is_wrapped: bool) -> None:
    errors = every_server_error()
    assert len(errors) > 200

    for error in errors:
        failure = translated(wrapped(error) if is_wrapped else error)
        assert isinstance(failure, DataRefused) is error.sqlstate.startswith(("22", "23")), error.sqlstate
        assert failure.label == f"{type(failure).__name__} {error.sqlstate}"
        assert "visitor" not in str(failure)


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.InterfaceError("connection is closed"),
        asyncpg.InternalClientError("unexpected"),
        asyncpg.exceptions.OutdatedSchemaCacheError("a type has changed"),
        asyncpg.exceptions.TargetServerAttributeNotMatched("none is writable"),
        asyncpg.ConnectionDoesNotExistError("closed in the middle of an operation"),
        PoolTimeout("pool"),
        TimeoutError("command"),
        ConnectionRefusedError("nobody listens"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_whatever_the_driver_raises_by_itself_is_waited_for(error: Exception) -> None:
    assert isinstance(translated(error), DatabaseUnavailable)
