"""What an error of PostgreSQL means for the record that met it, by SQLSTATE."""

import inspect
from collections.abc import Iterator

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects.postgresql.asyncpg import AsyncAdapt_asyncpg_dbapi
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from chassis.postgres import DatabaseUnavailable, DataRefused, translate_database_errors

OF_THE_RECORD = ("22", "23")
OF_THE_SERVER = {
    "read-only after a failover": ["25006"],
    "wrong password": ["28P01", "28000"],
    "stale plan, unknown statement": ["0A000", "26000"],
    "a migration under way": ["42703", "42P01", "42883", "3F000"],
    "no right": ["42501"],
    "disk full, out of memory, too many connections": ["53100", "53200", "53300"],
    "lock time-out": ["55P03"],
    "cancelled, going down, starting": ["57014", "57P01", "57P02", "57P03"],
    "input and output": ["58030"],
    "internal": ["XX000", "XX001", "XX002"],
    "serialization, deadlock": ["40001", "40P01"],
    "connection": ["08000", "08003", "08006", "08P01"],
    "a transaction that is over": ["25P02", "25P03"],
    "raised by a trigger": ["P0001"],
    "beyond a limit": ["54000"],
}


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


def translated(error: Exception) -> Exception:
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


def with_state(state: str) -> asyncpg.PostgresError:
    return asyncpg.PostgresError.new({"C": state, "M": "failed", "S": "ERROR"})


@pytest.mark.parametrize("states", list(OF_THE_SERVER.values()), ids=OF_THE_SERVER)
def test_a_fault_of_the_server_is_waited_for_and_named(states: list[str]) -> None:
    for state in states:
        failure = translated(wrapped(with_state(state)))

        assert isinstance(failure, DatabaseUnavailable)
        assert failure.label == f"DatabaseUnavailable {state}"


@given(state=st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=5, max_size=5))
def test_a_state_that_nobody_knows_yet_is_judged_by_its_class(state: str) -> None:
    failure = translated(wrapped(with_state(state)))

    assert isinstance(failure, DataRefused) is state.startswith(OF_THE_RECORD)


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.InterfaceError("connection is closed"),
        asyncpg.InternalClientError("unexpected"),
        asyncpg.exceptions.ProtocolError("unexpected"),
        asyncpg.exceptions.OutdatedSchemaCacheError("a type has changed"),
        asyncpg.exceptions.TargetServerAttributeNotMatched("none is writable"),
        asyncpg.ConnectionDoesNotExistError("closed in the middle of an operation"),
        asyncpg.TooManyConnectionsError("too many"),
        asyncpg.InvalidPasswordError("wrong password"),
        PoolTimeout("pool"),
        TimeoutError("command"),
        ConnectionRefusedError("nobody listens"),
        OSError(113, "no route to host"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_whatever_the_driver_raises_by_itself_is_waited_for(error: Exception) -> None:
    assert isinstance(translated(error), DatabaseUnavailable)
