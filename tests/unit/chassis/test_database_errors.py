"""What an error of PostgreSQL means for the record that met it, by SQLSTATE."""

import inspect
from collections.abc import Iterator

import asyncpg
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy.dialects.postgresql.asyncpg import AsyncAdapt_asyncpg_dbapi
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from chassis.postgres import DatabaseUnavailable, DataRefused, translate_database_errors

OF_THE_RECORD = ("22", "23")


def every_server_error() -> Iterator[type[asyncpg.PostgresError]]:
    for found in vars(asyncpg.exceptions).values():
        if inspect.isclass(found) and issubclass(found, asyncpg.PostgresError) and found.sqlstate:
            yield found


def wrapped(original: Exception) -> DBAPIError:
    """As SQLAlchemy raises what a statement met."""
    dbapi = AsyncAdapt_asyncpg_dbapi(asyncpg)
    adapted = dbapi.Error("failed", original)
    adapted.__cause__ = original
    found = DBAPIError.instance("select", None, adapted, dbapi.Error)
    assert isinstance(found, DBAPIError)
    return found


def translated(error: Exception) -> DatabaseUnavailable | DataRefused:
    with pytest.raises((DatabaseUnavailable, DataRefused)) as caught, translate_database_errors():
        raise error
    return caught.value


@pytest.mark.parametrize("is_wrapped", [True, False])
def test_only_data_and_violated_constraints_are_the_records_own_fault(*, is_wrapped: bool) -> None:
    raised = [error("about 'the words of a visitor'") for error in every_server_error()]

    failures = [(error.sqlstate, translated(wrapped(error) if is_wrapped else error)) for error in raised]

    assert len(failures) > 200
    assert [state for state, failure in failures if isinstance(failure, DataRefused)] == [
        state for state, _ in failures if state.startswith(OF_THE_RECORD)
    ]
    assert not any("visitor" in str(failure) for _, failure in failures)


# Read-only after a failover, wrong password, a column that a migration renames, disk full, lock time-out.
@example("25006")
@example("28P01")
@example("42703")
@example("53100")
@example("55P03")
@given(state=st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=5, max_size=5))
def test_a_state_is_judged_by_its_class_and_named_though_nobody_knows_it_yet(state: str) -> None:
    failure = translated(wrapped(asyncpg.PostgresError.new({"C": state, "M": "failed", "S": "ERROR"})))

    assert isinstance(failure, DataRefused) is state.startswith(OF_THE_RECORD)
    assert failure.label == f"{type(failure).__name__} {state}"


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
