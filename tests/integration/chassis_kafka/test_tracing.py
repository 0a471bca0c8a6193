"""One trace over every record that one leads to; nothing leaks into a neighbour."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import pairwise

import pytest
import structlog
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind

from chassis.kafka import EventPublisher
from chassis.telemetry import current_trace_id
from contracts.cloudevent import CloudEvent, Event, caused_by
from contracts.events import TurnReceived
from tests.integration.chassis_kafka.conftest import MakeStage
from tests.support.kafka_stage import Stage, conversation, running, turn
from tests.support.spans import keep_spans
from tests.support.waiting import until


@dataclass(slots=True)
class Sender:
    """Publishes events of any class to the topics of a stage, and keeps the spans of all that happens."""

    stage: Stage
    publisher: EventPublisher
    spans: InMemorySpanExporter

    async def send(self, *events: CloudEvent[Event], topic: str | None = None) -> None:
        to = topic or self.stage.topic
        await self.publisher.send(*((to, event.key, event.value(), event.headers()) for event in events))

    def named(self, name: str) -> list[ReadableSpan]:
        return [span for span in self.spans.get_finished_spans() if span.name == name]


@pytest.fixture
async def sender(make_stage: MakeStage, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Sender]:
    stage = await make_stage(topics=2, partitions=2)
    async with running(stage.broker()) as broker:
        yield Sender(stage, EventPublisher(broker), keep_spans(monkeypatch))


def conventional(operation: str, topic: str) -> dict[str, object]:
    """The attributes that the semantic conventions ask for."""
    return {
        "messaging.operation.type": operation,
        "messaging.operation.name": operation,
        "messaging.destination.name": topic,
        "messaging.system": "kafka",
    }


async def test_what_is_sent_together_is_one_span_and_all_it_leads_to_hangs_below_it(sender: Sender) -> None:
    first, second = sender.stage.topics
    stages = (replace(sender.stage, topics=(topic,), group=f"of-{topic}") for topic in (first, second))
    reading, follow_ups = stages

    async def publish_one_each(events: Sequence[CloudEvent[Event]]) -> None:
        told = [caused_by(event.id, event.data, source="tests", time=event.time) for event in events]
        await sender.send(*told, topic=second)

    async def be_content(_event: CloudEvent[TurnReceived]) -> None:
        """Nothing to do."""

    await sender.send(*(turn("ann", text) for text in "abc"))
    await sender.send(turn("bob", "d"))
    async with reading.batch(publish_one_each), follow_ups.keyed(be_content):
        await until(lambda: len(sender.named(f"process {second}")) == 4)
        await until(lambda: len(sender.named(f"process {first}")) == 2)

    names = (f"send {first}", f"process {first}", f"send {second}", f"process {second}")
    sent, processed, _, handled = chain = [sender.named(name) for name in names]
    for above, below in pairwise(chain):
        assert {span.parent.span_id for span in below} == {span.context.span_id for span in above}
    assert len({span.context.trace_id for spans in chain for span in spans}) == 2
    # One record alone is no batch, says the convention; spans of a batch end together, in no order.
    together, alone = (dict(span.attributes) for span in sent)
    assert together.pop("messaging.batch.message_count") == 3
    assert together == alone == conventional("send", first)
    counts = [span.attributes.get("messaging.batch.message_count") for span in processed]
    assert set(counts) == {3, None}
    attributes = [dict(span.attributes) for span in handled]
    assert {each.pop("messaging.destination.partition.id") for each in attributes} <= {"0", "1"}
    assert {each.pop("messaging.kafka.offset") for each in attributes} <= {0, 1, 2, 3}
    whose = [each.pop("gen_ai.conversation.id") for each in attributes]
    assert Counter(whose) == {str(conversation("ann")): 3, str(conversation("bob")): 1}
    expected = conventional("process", second) | {"messaging.consumer.group.name": follow_ups.group}
    assert attributes == [expected] * 4
    assert {span.kind for span in sent} == {SpanKind.PRODUCER}
    assert {span.kind for span in handled} == {SpanKind.CONSUMER}


@pytest.mark.parametrize("is_batch", [True, False])
async def test_what_comes_long_after_its_event_has_a_trace_of_its_own_that_is_linked(
    sender: Sender, *, is_batch: bool
) -> None:
    event = turn("ann", "hello")
    await sender.send(replace(event, time=event.time - timedelta(hours=1)))

    async def handle(*_: object) -> None:
        """Nothing to do."""

    async with sender.stage.batch(handle) if is_batch else sender.stage.keyed(handle):
        await until(lambda: sender.named(f"process {sender.stage.topic}"))

    (sent,), (late,) = (sender.named(f"{what} {sender.stage.topic}") for what in ("send", "process"))
    assert late.parent is None
    assert [link.context.trace_id for link in late.links] == [sent.context.trace_id]
    assert late.context.trace_id != sent.context.trace_id


async def test_records_side_by_side_or_in_a_row_have_traces_and_log_fields_each(sender: Sender) -> None:
    seen: dict[object, list[object]] = {}
    first, *others = events = [turn(f"visitor-{number}", "hello") for number in range(20)]
    cause = caused_by(first.id, turn("visitor-0", "again").data, source="tests", time=first.time)
    all_here = asyncio.Barrier(len(events))

    async def wait_for_all(event: CloudEvent[TurnReceived]) -> None:
        if event.id != cause.id:
            await all_here.wait()
        fields = structlog.contextvars.get_contextvars()
        names = ("event_id", "conversation_id", "caused_by")
        seen[event.id] = [current_trace_id(), *(fields.get(name) for name in names)]

    # The next of its lane has no trace, as somebody else's tool would send it, and would show what was left.
    await sender.send(cause)
    await sender.stage.publish(first)
    for event in others:
        await sender.send(event)
    async with sender.stage.keyed(wait_for_all):
        await until(lambda: len(seen) == len(events) + 1)

    assert len({trace for trace, *_ in seen.values()}) == len(seen)
    assert seen[cause.id][1:] == [str(cause.id), str(cause.data.conversation_id), str(first.id)]
    for event in events:
        assert seen[event.id][1:] == [str(event.id), str(event.data.conversation_id), None]
