"""What may be written down of a failure: never what somebody else put into its message."""

import httpx2
import openai
import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from pydantic import TypeAdapter, ValidationError

from chassis.errors import PermanentError, describe
from chassis.telemetry import Tracer
from contracts.cloudevent import MalformedEvent

WORDS = "what somebody wrote"


try:
    TypeAdapter(int).validate_python(WORDS)
except ValidationError as refused:
    REFUSED_BY_PYDANTIC = refused
REFUSED_BY_A_SERVER = openai.BadRequestError(
    WORDS,
    response=httpx2.Response(400, request=httpx2.Request("POST", "http://model")),
    body={"message": WORDS},
)


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        (PermanentError("order 7 is closed"), "order 7 is closed"),
        (MalformedEvent("record lacks ce_id"), "record lacks ce_id"),
        (PermanentError(), "PermanentError"),
        (ValueError(WORDS), "ValueError"),
        (ConnectionRefusedError(111, WORDS), "ConnectionRefusedError ECONNREFUSED"),
        (REFUSED_BY_PYDANTIC, "ValidationError int_parsing"),
        (REFUSED_BY_A_SERVER, "BadRequestError status 400"),
    ],
)
def test_a_failure_is_told_without_the_words_of_others(failure: Exception, said: str) -> None:
    assert describe(failure) == said


@pytest.mark.parametrize(
    ("failure", "said"), [(ValueError(WORDS), "ValueError"), (PermanentError("ours"), "ours")]
)
def test_a_span_tells_of_a_failure_what_a_log_does(
    monkeypatch: pytest.MonkeyPatch, failure: Exception, said: str
) -> None:
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracer = Tracer("tests")
    monkeypatch.setattr(tracer, "_tracer", provider.get_tracer("tests"))

    with pytest.raises(type(failure)), tracer.start_as_current_span("work"):
        raise failure

    (span,) = exporter.get_finished_spans()
    told = {"exception.type": type(failure).__name__, "exception.message": said}
    assert (span.status.description, [dict(event.attributes or {}) for event in span.events]) == (
        said,
        [told],
    )
    assert WORDS not in span.to_json()
