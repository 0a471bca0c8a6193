"""One trace from an HTTP request over every record it leads to; nothing leaks into a neighbour."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace

import httpx2
import pytest
import structlog
from fastapi import FastAPI
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind
from structlog.testing import capture_logs
from structlog.typing import EventDict

from chassis.errors import TransientError
from chassis.http_telemetry import HttpTelemetry
from chassis.kafka import EventPublisher
from chassis.telemetry import current_trace_id
from contracts.cloudevent import CloudEvent, Event, caused_by
from contracts.events import TurnReceived
from tests.integration.chassis_kafka.conftest import MakeStage
from tests.support.kafka_stage import Stage, conversation, running, turn
from tests.support.spans import keep_spans
from tests.support.waiting import until


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> InMemorySpanExporter:
    return keep_spans(monkeypatch)


@dataclass(slots=True)
class Sender:
    """Publishes events of any class to the topics of a stage."""

    stage: Stage
    publisher: EventPublisher

    async def send(self, *events: CloudEvent[Event], topic: str | None = None) -> None:
        to = topic or self.stage.topic
        await self.publisher.send(*((to, event.key, event.value(), event.headers()) for event in events))


@pytest.fixture
async def sender(make_stage: MakeStage) -> AsyncIterator[Sender]:
    stage = await make_stage(topics=2, partitions=2)
    async with running(stage.broker()) as broker:
        yield Sender(stage, EventPublisher(broker))


def named(spans: InMemorySpanExporter, name: str) -> list[ReadableSpan]:
    return [span for span in spans.get_finished_spans() if span.name == name]


def parent_of(span: ReadableSpan) -> int | None:
    return span.parent.span_id if span.parent else None


def id_of(span: ReadableSpan) -> int | None:
    return span.context.span_id if span.context else None


def conventional(operation: str, topic: str) -> dict[str, object]:
    """The attributes that the semantic conventions ask for."""
    names = ("operation.type", "operation.name", "destination.name", "system")
    return {
        f"messaging.{n}": value
        for n, value in zip(names, (operation, operation, topic, "kafka"), strict=True)
    }


async def test_a_request_and_all_it_leads_to_are_one_trace(
    sender: Sender, spans: InMemorySpanExporter
) -> None:
    first, second = sender.stage.topics
    question, projected = turn("ann", "hello"), list[Event]()
    # As the services build it: FastAPI's own spans are off, or they would stand between ours.
    app = FastAPI(telemetry={"tracing": False, "metrics": False, "logs": False, "operation_spans": False})

    @app.post("/say/{name}")
    async def say(name: str) -> None:
        await sender.send(question)

    async def answer(event: CloudEvent[TurnReceived]) -> None:
        if event.id == question.id:
            follow_up = caused_by(event.id, event.data, source="tests", time=event.time)
            await sender.send(follow_up, topic=second)

    async def project(events: Sequence[CloudEvent[Event]]) -> None:
        projected.extend(event.data for event in events)

    http = httpx2.AsyncClient(transport=httpx2.ASGITransport(HttpTelemetry(app)), base_url="http://tests")
    batch_stage = replace(sender.stage, topics=(second,), group=sender.stage.group + "-batch")
    async with sender.stage.keyed(answer), batch_stage.batch(project):
        response = await http.post("/say/ann", headers={"x-request-id": "of-the-caller"})
        await until(lambda: len(named(spans, f"process {second}")) == 2)

    assert response.headers["x-request-id"] == "of-the-caller"
    (request,) = named(spans, "POST /say/{name}")
    (sent,) = named(spans, f"send {first}")
    (processed,) = named(spans, f"process {first}")
    (sent_on,) = named(spans, f"send {second}")
    chain = [request, sent, processed, sent_on]
    assert [parent_of(span) for span in chain] == [None, *(id_of(span) for span in chain[:-1])]
    # Both groups that read the second topic hang below its send.
    assert {parent_of(span) for span in named(spans, f"process {second}")} == {id_of(sent_on)}
    assert len({span.context.trace_id for span in spans.get_finished_spans() if span.context}) == 1
    assert (sent.kind, processed.kind) == (SpanKind.PRODUCER, SpanKind.CONSUMER)
    assert dict(sent.attributes or {}) == conventional("send", first)
    attributes = dict(processed.attributes or {})
    assert attributes.pop("messaging.destination.partition.id") in {"0", "1"}
    assert attributes == conventional("process", first) | {
        "messaging.consumer.group.name": sender.stage.group,
        "messaging.kafka.offset": 0,
        "gen_ai.conversation.id": str(conversation("ann")),
    }


async def test_what_was_sent_together_is_one_span_on_both_sides(
    sender: Sender, spans: InMemorySpanExporter
) -> None:
    topic, other = sender.stage.topics
    together, alone = [turn("ann", text) for text in "abc"], turn("ann", "d")
    handled: list[Event] = []

    async def handle(events: Sequence[CloudEvent[Event]]) -> None:
        handled.extend(event.data for event in events)

    await sender.send(*together)
    await sender.send(alone)
    await sender.send(alone, topic=other)
    async with sender.stage.batch(handle):
        await until(lambda: len(named(spans, f"process {other}")) == 1)

    def counts(name: str) -> list[object]:
        attributes = [span.attributes or {} for span in named(spans, name)]
        return [each.get("messaging.batch.message_count") for each in attributes]

    assert len(handled) == 5
    # One record alone is no batch, says the convention.
    assert counts(f"send {topic}") == [3, None]
    assert counts(f"send {other}") == counts(f"process {other}") == [None]
    # Spans of a batch end together, in no order.
    assert set(counts(f"process {topic}")) == {3, None}
    sent, processed = named(spans, f"send {topic}"), named(spans, f"process {topic}")
    assert {parent_of(span) for span in processed} == {id_of(span) for span in sent}


async def test_records_that_run_side_by_side_keep_their_own_trace_and_log_fields(
    sender: Sender, spans: InMemorySpanExporter
) -> None:
    seen: dict[object, tuple[object, object, object]] = {}
    events = [turn(f"visitor-{number}", "hello") for number in range(20)]
    all_here = asyncio.Barrier(len(events))

    async def wait_for_all(event: CloudEvent[TurnReceived]) -> None:
        async with all_here:
            pass
        fields = structlog.contextvars.get_contextvars()
        seen[event.id] = (current_trace_id(), fields.get("event_id"), fields.get("conversation_id"))

    for event in events:
        await sender.send(event)
    async with sender.stage.keyed(wait_for_all):
        await until(lambda: len(seen) == len(events))

    assert len({trace for trace, _, _ in seen.values()}) == len(events)
    for event in events:
        assert seen[event.id][1:] == (str(event.id), str(event.data.conversation_id))


async def test_a_record_leaves_nothing_to_the_next_of_its_lane(
    sender: Sender, spans: InMemorySpanExporter
) -> None:
    seen: list[tuple[object, object]] = []
    first = turn("ann", "0")
    second = caused_by(first.id, turn("ann", "1").data, source="tests", time=first.time)

    async def look_around(event: CloudEvent[TurnReceived]) -> None:
        seen.append((structlog.contextvars.get_contextvars().get("caused_by"), current_trace_id()))

    await sender.send(second)
    # Without a trace of its own, as somebody else's tool would send it.
    await sender.stage.publish(first)
    async with sender.stage.keyed(look_around):
        await until(lambda: len(seen) == 2)

    assert [cause for cause, _ in seen] == [str(first.id), None]
    assert seen[0][1] != seen[1][1]


async def test_what_is_logged_between_two_tries_names_the_record(
    sender: Sender, spans: InMemorySpanExporter
) -> None:
    event, tries = turn("ann", "hello"), itertools.count()

    async def fail_once(_event: CloudEvent[TurnReceived]) -> None:
        if not next(tries):
            raise TransientError("dependency away")

    def note_trace(_logger: object, _method: str, fields: EventDict) -> EventDict:
        return {**fields, "trace_id": current_trace_id()}

    await sender.send(event)
    with capture_logs([structlog.contextvars.merge_contextvars, note_trace]) as logs:
        async with sender.stage.keyed(fail_once):
            await until(lambda: len(named(spans, f"process {sender.stage.topic}")) == 2)

    (retried,) = (line for line in logs if line["event"] == "record_retried")
    (sent,) = named(spans, f"send {sender.stage.topic}")
    assert sent.context is not None
    assert retried["trace_id"] == format(sent.context.trace_id, "032x")
    assert retried["event_id"] == str(event.id)
    assert retried["conversation_id"] == str(event.data.conversation_id)
    assert "exc_info" not in retried


async def test_what_a_batch_publishes_continues_the_trace_of_its_own_cause(
    sender: Sender, spans: InMemorySpanExporter
) -> None:
    first, second = sender.stage.topics
    causes = [turn(f"visitor-{number}", "hello") for number in range(5)]
    stage = replace(sender.stage, topics=(first,))

    async def publish_one_each(events: Sequence[CloudEvent[Event]]) -> None:
        told = [caused_by(event.id, event.data, source="tests", time=event.time) for event in events]
        await sender.send(*told, topic=second)

    for cause in causes:
        await sender.send(cause)
    async with stage.batch(publish_one_each):
        await until(lambda: len(named(spans, f"send {second}")) == 5)
        await until(lambda: len(named(spans, f"process {first}")) == 5)

    handled = {id_of(span) for span in named(spans, f"process {first}")}
    assert {parent_of(span) for span in named(spans, f"send {second}")} == handled
    traces = {span.context.trace_id for span in named(spans, f"send {second}") if span.context}
    assert len(traces) == 5
