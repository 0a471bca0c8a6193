"""Log lines and spans say which record and trace they belong to, and nothing that anybody wrote."""

import asyncio
import gc
import io
import json
import logging
import warnings
from contextlib import suppress
from typing import Any

import httpx2
import openai
import pytest
import structlog
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from pydantic import TypeAdapter, ValidationError

from chassis.errors import PermanentError, TransientError, describe
from chassis.logging import make_repetition_filter
from chassis.telemetry import Tracer
from contracts.cloudevent import MalformedEvent

WORDS = "what somebody wrote"
RESPONSE = httpx2.Response(400, request=httpx2.Request("POST", "http://model"))
REFUSED_BY_A_SERVER = openai.BadRequestError(WORDS, response=RESPONSE, body={"message": WORDS})
try:
    TypeAdapter(int).validate_python(WORDS)
except ValidationError as refused:
    REFUSED_BY_PYDANTIC = refused


def logged(lines: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines.getvalue().splitlines()]


def test_a_line_names_service_level_time_and_trace(lines: io.StringIO) -> None:
    with TracerProvider().get_tracer("tests").start_as_current_span("here") as span:
        structlog.get_logger().warning("something_happened", offset=7)

    (line,) = logged(lines)
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "something_happened",
        "level": "warning",
        "offset": 7,
        "service": "tests",
        "trace_id": format(span.get_span_context().trace_id, "032x"),
    }


@pytest.mark.parametrize(
    ("cause", "said"),
    [
        (PermanentError("order 7 is closed"), "order 7 is closed"),
        (MalformedEvent("record lacks ce_id"), "record lacks ce_id"),
        (PermanentError(), "PermanentError"),
        (ValueError(f"invalid input syntax for type json: {WORDS!r}"), "ValueError"),
        (UnicodeDecodeError("utf-8", WORDS.encode(), 0, 1, WORDS), "UnicodeDecodeError"),
        (KeyError(WORDS), "KeyError"),
        (ExceptionGroup("several", [ValueError(WORDS), LookupError(WORDS)]), "ExceptionGroup"),
        (ConnectionRefusedError(111, WORDS), "ConnectionRefusedError ECONNREFUSED"),
        (REFUSED_BY_PYDANTIC, "ValidationError int_parsing"),
        (REFUSED_BY_A_SERVER, "BadRequestError status 400"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_failure_is_told_in_words_of_ours_and_nothing_that_others_wrote(
    lines: io.StringIO, monkeypatch: pytest.MonkeyPatch, cause: Exception, said: str
) -> None:
    exporter, provider, tracer = InMemorySpanExporter(), TracerProvider(), Tracer("tests")
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(tracer, "_tracer", provider.get_tracer("tests"))
    cause.add_note(WORDS)

    with suppress(type(cause)), tracer.start_as_current_span("work"):
        raise cause

    def fail(_value: str) -> None:
        raise TransientError("database: 25006") from cause

    try:
        fail(WORDS)
    except TransientError:
        structlog.get_logger().exception("something_failed")
        logging.getLogger("some.library").exception("it failed: %s", cause)

    (span,) = exporter.get_finished_spans()
    assert describe(cause) == span.status.description == said
    told = {"exception.type": type(cause).__name__, "exception.message": said}
    assert [event.attributes for event in span.events] == [told]
    of_ours, of_a_library = logged(lines)
    for line in (of_ours, of_a_library):
        first, second = line["exception"]
        assert (first["exc_type"], first["exc_value"]) == ("TransientError", "database: 25006")
        assert (second["exc_type"], second["exc_value"]) == (type(cause).__name__, said)
        assert first["frames"][-1]["name"] == "fail"
    assert of_a_library["event"] == f"it failed: {said}"
    assert WORDS not in lines.getvalue() + span.to_json()


async def test_a_lost_task_and_a_warning_are_logged_without_what_others_wrote(lines: io.StringIO) -> None:
    async def fail() -> None:
        raise ValueError(WORDS)

    task = asyncio.create_task(fail())
    await asyncio.wait([task])
    del task
    gc.collect()
    warnings.warn(f"expected a number, not {WORDS!r}", UserWarning, stacklevel=1)

    # The collector may find what other tests left behind, too.
    events = [line["event"] for line in logged(lines)]
    assert "Task exception was never retrieved" in events
    assert events[-1].endswith("UserWarning")
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
