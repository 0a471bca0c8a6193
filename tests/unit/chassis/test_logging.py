"""A log line is one JSON object that says which record and trace it belongs to, and nothing anybody wrote."""

import asyncio
import gc
import io
import json
import logging
import sys
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from opentelemetry.sdk.trace import TracerProvider

from chassis.errors import TransientError, describe
from chassis.logging import configure_logging, make_repetition_filter

WORDS = "what somebody wrote"


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    stdout, root = io.StringIO(), logging.getLogger()
    before, handlers, level = structlog.get_config(), list(root.handlers), root.level
    monkeypatch.setattr(sys, "unraisablehook", sys.unraisablehook)
    monkeypatch.setattr(sys, "stdout", stdout)
    configure_logging("tests", "INFO")
    yield stdout
    structlog.contextvars.clear_contextvars()
    structlog.configure(**before)
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(capture=False)


def logged(lines: io.StringIO) -> dict[str, Any]:
    (line,) = lines.getvalue().splitlines()
    found: dict[str, Any] = json.loads(line)
    return found


def test_a_line_names_service_level_time_and_trace(lines: io.StringIO) -> None:
    with TracerProvider().get_tracer("tests").start_as_current_span("here") as span:
        structlog.get_logger().warning("something_happened", offset=7)

    line = logged(lines)
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "something_happened",
        "level": "warning",
        "offset": 7,
        "service": "tests",
        "trace_id": format(span.get_span_context().trace_id, "032x"),
    }


@pytest.mark.parametrize(
    "cause",
    [
        ValueError(f"invalid input syntax for type json: {WORDS!r}"),
        UnicodeDecodeError("utf-8", WORDS.encode(), 0, 1, WORDS),
        KeyError(WORDS),
        ExceptionGroup("several", [ValueError(WORDS), LookupError(WORDS)]),
    ],
    ids=lambda failure: type(failure).__name__,
)
def test_a_traceback_holds_messages_of_ours_and_nothing_that_others_wrote(
    lines: io.StringIO, cause: Exception
) -> None:
    cause.add_note(WORDS)

    def fail(_value: str) -> None:
        raise TransientError("database: 25006") from cause

    try:
        fail(WORDS)
    except TransientError:
        structlog.get_logger().exception("something_failed")
        logging.getLogger("some.library").exception("it failed: %s", cause)

    assert WORDS not in lines.getvalue()
    of_ours, of_a_library = (json.loads(line) for line in lines.getvalue().splitlines())
    for line in (of_ours, of_a_library):
        first, second = line["exception"]
        assert (first["exc_type"], first["exc_value"]) == ("TransientError", "database: 25006")
        assert [frame["name"] for frame in first["frames"]][-1] == "fail"
        assert second["exc_type"] == type(cause).__name__
    assert of_a_library["event"] == f"it failed: {describe(cause)}"


async def test_a_task_nobody_waited_for_is_logged_without_its_error(lines: io.StringIO) -> None:
    async def fail() -> None:
        raise ValueError(WORDS)

    task = asyncio.create_task(fail())
    await asyncio.wait([task])
    del task
    gc.collect()

    # The collector may find what other tests left behind, too.
    events = [json.loads(line)["event"] for line in lines.getvalue().splitlines()]
    assert "Task exception was never retrieved" in events
    assert WORDS not in lines.getvalue()


def test_a_warning_is_logged_by_its_kind_and_place(lines: io.StringIO) -> None:
    warnings.warn(f"expected a number, not {WORDS!r}", UserWarning, stacklevel=1)

    assert logged(lines)["event"].endswith("UserWarning")
    assert WORDS not in lines.getvalue()


def test_a_client_that_repeats_itself_is_heard_now_and_then() -> None:
    lets_pass = make_repetition_filter()

    def say(what: str, at_s: float, name: str = "aiokafka.conn") -> bool:
        record = logging.LogRecord(name, logging.ERROR, "", 0, what, (), None)
        record.created = 1_000.0 + at_s
        return lets_pass(record)

    assert say("Unable to connect to %s", 0.0)
    assert not say("Unable to connect to %s", 0.1)
    assert say("Something else", 0.1) and say("Unable to connect to %s", 0.2, name="aiokafka.producer")
    assert not say("Unable to connect to %s", 9.9)
    assert say("Unable to connect to %s", 10.0)
    assert all(say("Unable to connect to %s", 0.3, name="chassis") for _ in range(3))
