"""An answer is one span and a few numbers; a failure tells its reason in both."""

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode
from prometheus_client import REGISTRY

from chassis.language_model import telemetry
from tests.support.fake_openai import FakeOpenAI, Fault
from tests.support.language_model import REQUEST, MakeModel, fail
from tests.support.spans import keep_spans


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> InMemorySpanExporter:
    return keep_spans(monkeypatch, telemetry)


async def test_an_answer_is_one_span_with_its_model_and_tokens(
    make_model: MakeModel, spans: InMemorySpanExporter
) -> None:
    answer = await make_model().ask(REQUEST)

    (span,) = spans.get_finished_spans()
    assert span.name == "chat gpt-4o"
    assert span.kind is SpanKind.CLIENT
    assert dict(span.attributes or {}) == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.request.max_tokens": 1000,
        "gen_ai.response.model": "gpt-4o-2024-08-06",
        "gen_ai.response.time_to_first_chunk": answer.time_to_first_chunk_s,
        "gen_ai.usage.input_tokens": answer.usage.input_tokens,
        "gen_ai.usage.output_tokens": answer.usage.output_tokens,
    }


async def test_a_failure_is_told_by_its_span(
    server: FakeOpenAI, make_model: MakeModel, spans: InMemorySpanExporter
) -> None:
    server.next(Fault.server_error(), Fault.auth_error())

    await fail(make_model())

    (span,) = spans.get_finished_spans()
    assert span.attributes is not None
    assert span.attributes["error.type"] == "misconfigured"
    assert span.status.status_code is StatusCode.ERROR
    attempts = [(event.attributes or {})["error.type"] for event in span.events]
    assert attempts == ["server_error", "misconfigured"]


async def test_tokens_outcomes_and_failures_are_counted(server: FakeOpenAI, make_model: MakeModel) -> None:
    def counted(name: str, **labels: str) -> float | None:
        return REGISTRY.get_sample_value(f"salesbot_language_model_{name}", {"model": "counted", **labels})

    server.next(Fault.server_error())
    usage = (await make_model(model="counted").ask(REQUEST)).usage

    assert counted("tokens_total", type="input") == usage.input_tokens
    assert counted("tokens_total", type="output") == usage.output_tokens
    assert counted("duration_seconds_count", outcome="answered") == 1
    assert counted("failures_total", reason="server_error") == 1
    assert counted("first_chunk_seconds_count") == 1
