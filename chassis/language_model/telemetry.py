"""The span and the metrics of a call to a language model.

Attribute names follow the GenAI conventions of OpenTelemetry; they are written out here because the package
that holds them still moves. What was asked and answered is never recorded.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

from opentelemetry.trace import Span, SpanKind, Status, StatusCode

from chassis import metrics
from chassis.language_model.errors import ModelUnavailable
from chassis.language_model.exchange import Answer, AnswerT, Usage
from chassis.language_model.prices import Amount
from chassis.telemetry import exemplar_of, tracer

OPERATION = "gen_ai.operation.name"
PROVIDER = "gen_ai.provider.name"
REQUEST_MODEL = "gen_ai.request.model"
REQUEST_MAX_TOKENS = "gen_ai.request.max_tokens"
RESPONSE_MODEL = "gen_ai.response.model"
TIME_TO_FIRST_CHUNK = "gen_ai.response.time_to_first_chunk"
INPUT_TOKENS = "gen_ai.usage.input_tokens"
CACHED_INPUT_TOKENS = "gen_ai.usage.cache_read.input_tokens"
OUTPUT_TOKENS = "gen_ai.usage.output_tokens"
ERROR_TYPE = "error.type"


@contextmanager
def chat_span(model: str, max_tokens: int) -> Iterator[Span]:
    """One CLIENT span and one duration around a call, over all its attempts."""
    attributes: dict[str, str | int] = {
        OPERATION: "chat",
        PROVIDER: "openai",
        REQUEST_MODEL: model,
        REQUEST_MAX_TOKENS: max_tokens,
    }
    started_at = perf_counter()
    with tracer.start_as_current_span(
        f"chat {model}",
        kind=SpanKind.CLIENT,
        attributes=attributes,
        record_exception=False,
        set_status_on_exception=False,
    ) as span:
        outcome = "aborted"
        try:
            yield span
            outcome = "answered"
        except ModelUnavailable as error:
            outcome = error.reason
            raise
        finally:
            if outcome != "answered":
                span.set_attribute(ERROR_TYPE, outcome)
                span.set_status(Status(StatusCode.ERROR, outcome))
            duration = metrics.LANGUAGE_MODEL_DURATION.labels(model, outcome)
            duration.observe(perf_counter() - started_at, exemplar_of(span))


def record_answer(span: Span, requested_model: str, answer: Answer[AnswerT]) -> None:
    """Record the answer's model, usage and time to the first chunk."""
    span.set_attributes(
        {
            RESPONSE_MODEL: answer.model,
            INPUT_TOKENS: answer.usage.input_tokens,
            CACHED_INPUT_TOKENS: answer.usage.cached_input_tokens,
            OUTPUT_TOKENS: answer.usage.output_tokens,
            TIME_TO_FIRST_CHUNK: answer.time_to_first_chunk_s,
        }
    )
    metrics.LANGUAGE_MODEL_FIRST_CHUNK.labels(requested_model).observe(answer.time_to_first_chunk_s)


def record_usage(model: str, usage: Usage, amount: Amount) -> None:
    """Count the tokens and the cost of one attempt."""
    metrics.LANGUAGE_MODEL_COST.labels(model).inc(amount.usd)
    metrics.LANGUAGE_MODEL_TOKENS.labels(model, "input").inc(usage.input_tokens)
    metrics.LANGUAGE_MODEL_TOKENS.labels(model, "output").inc(usage.output_tokens)
    if usage.cached_input_tokens:
        metrics.LANGUAGE_MODEL_CACHED_TOKENS.labels(model).inc(usage.cached_input_tokens)


def record_failure(span: Span, model: str, failure: ModelUnavailable) -> None:
    """Count one failed attempt, whether or not another follows."""
    metrics.LANGUAGE_MODEL_FAILURES.labels(model, failure.reason).inc()
    span.add_event("attempt failed", {REQUEST_MODEL: model, ERROR_TYPE: failure.reason})
