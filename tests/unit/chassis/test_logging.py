"""A log line is one JSON object that says which record and trace it belongs to, and nothing anybody wrote."""

import io
import json
import logging
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from opentelemetry.sdk.trace import TracerProvider

from chassis.logging import configure_logging, make_repetition_filter


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    stdout, root = io.StringIO(), logging.getLogger()
    before, handlers, level = structlog.get_config(), list(root.handlers), root.level
    monkeypatch.setattr(sys, "stdout", stdout)
    configure_logging("tests", "INFO")
    yield stdout
    structlog.contextvars.clear_contextvars()
    structlog.configure(**before)
    root.handlers[:] = handlers
    root.setLevel(level)


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


def test_a_traceback_is_structured_and_holds_no_values(lines: io.StringIO) -> None:
    words = "what somebody wrote"

    def fail(_message: str) -> None:
        raise LookupError("not found")

    try:
        fail(words)
    except LookupError:
        structlog.get_logger().exception("something_failed")

    line = logged(lines)
    assert line["exception"][0]["exc_type"] == "LookupError"
    assert [frame["name"] for frame in line["exception"][0]["frames"]][-1] == "fail"
    assert words not in lines.getvalue()


def test_lines_of_libraries_look_the_same(lines: io.StringIO) -> None:
    logging.getLogger("some.library").warning("watch %s", "out")

    assert logged(lines)["event"] == "watch out"


def test_a_client_that_repeats_itself_is_heard_now_and_then() -> None:
    lets_pass = make_repetition_filter()

    def say(what: str, at_s: float, name: str = "aiokafka.conn") -> bool:
        record = logging.LogRecord(name, logging.ERROR, "", 0, what, (), None)
        record.created = 1_000.0 + at_s
        return lets_pass(record)

    assert say("Unable to connect to %s", 0.0)
    assert not say("Unable to connect to %s", 0.1)
    assert say("Something else", 0.1)
    assert say("Unable to connect to %s", 0.2, name="aiokafka.producer")
    assert not say("Unable to connect to %s", 9.9)
    assert say("Unable to connect to %s", 10.0)
    assert all(say("Unable to connect to %s", 0.3, name="chassis") for _ in range(3))
