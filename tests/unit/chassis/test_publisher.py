import asyncio
from typing import Any

import pytest
from aiokafka.errors import KafkaTimeoutError, MessageSizeTooLargeError, TopicAuthorizationFailedError
from faststream.kafka import KafkaBroker
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode
from prometheus_client import REGISTRY

from chassis.kafka import BrokerUnavailable, EventPublisher, EventRefused
from chassis.kafka.publisher import SerialisedEvent, denied_topics
from contracts.events import TurnReceived
from tests.support.event_records import turn_received
from tests.support.fake_kafka import FakeClients, FakeProducer
from tests.support.waiting import let_run, until

EVENTS = [turn_received(str(number)) for number in range(5)]
TOPIC = TurnReceived.topic


@pytest.fixture
async def producer(clients: FakeClients, broker: KafkaBroker) -> FakeProducer:
    await broker.start()
    return clients.producers[0]


def published() -> float:
    labels = {"topic": TOPIC}
    return REGISTRY.get_sample_value("salesbot_kafka_messages_published_total", labels) or 0.0


async def test_publishing_keeps_the_order_though_the_buffer_is_full_and_ends_with_the_last_acknowledgement(
    broker: KafkaBroker, producer: FakeProducer, monkeypatch: pytest.MonkeyPatch
) -> None:
    has_room, send, before = asyncio.Event(), producer.send, published()

    async def send_when_there_is_room(**record: Any) -> asyncio.Future[None]:
        if record["value"] == EVENTS[0].value():
            await has_room.wait()
        return await send(**record)

    monkeypatch.setattr(producer, "send", send_when_there_is_room)
    publishing = asyncio.create_task(EventPublisher(broker).publish(*EVENTS))
    await let_run()
    has_room.set()
    await until(lambda: len(producer.sent) == len(EVENTS))
    for acknowledgement in producer.acknowledgements[:-1]:
        acknowledgement.set_result(None)
    await until(lambda: published() == before + len(EVENTS) - 1)
    assert not publishing.done()
    producer.acknowledgements[-1].set_result(None)
    await publishing

    assert [record["value"] for record in producer.sent] == [event.value() for event in EVENTS]
    assert published() == before + len(EVENTS)


@pytest.mark.parametrize("refusal", [None, KafkaTimeoutError(), MessageSizeTooLargeError()], ids=repr)
async def test_a_broker_that_does_not_take_an_event_is_an_outage_unless_it_never_will(
    broker: KafkaBroker, producer: FakeProducer, spans: InMemorySpanExporter, refusal: Exception | None
) -> None:
    before = published()
    raised = EventRefused if isinstance(refusal, MessageSizeTooLargeError) else BrokerUnavailable
    if refusal:
        producer.refusals[EVENTS[0].value()] = refusal

    with pytest.raises(raised):
        await EventPublisher(broker, timeout_s=0.05).publish(EVENTS[0])
    await until(spans.get_finished_spans)

    (span,) = spans.get_finished_spans()
    assert span.status.status_code is StatusCode.ERROR
    assert span.attributes["error.type"] == type(refusal or asyncio.CancelledError()).__name__
    assert published() == before


async def test_a_topic_that_we_may_not_write_is_remembered_until_we_may(
    broker: KafkaBroker, producer: FakeProducer
) -> None:
    publisher = EventPublisher(broker)
    for outcome, denied in ((TopicAuthorizationFailedError(TOPIC), {TOPIC}), (None, set[str]())):
        publishing = asyncio.create_task(publisher.publish(EVENTS[0]))
        await until(lambda: producer.acknowledgements and not producer.acknowledgements[-1].done())
        if outcome is None:
            producer.acknowledgements[-1].set_result(None)
            await publishing
        else:
            producer.acknowledgements[-1].set_exception(outcome)
            with pytest.raises(BrokerUnavailable, match="TopicAuthorizationFailedError"):
                await publishing
        assert denied_topics(broker) == denied


async def test_before_the_broker_was_there_it_is_an_outage_too(broker: KafkaBroker) -> None:
    with pytest.raises(BrokerUnavailable):
        await EventPublisher(broker).publish(EVENTS[0])


async def test_what_follows_a_record_that_is_refused_is_not_sent(broker: KafkaBroker, producer: FakeProducer):
    acked: list[int] = []
    producer.refusals[b"4"] = MessageSizeTooLargeError()
    keys = (b"ann", b"bob", b"cy", b"late", b"dora", b"dora")
    records: list[SerialisedEvent] = [(TOPIC, key, b"%d" % at, {}) for at, key in enumerate(keys)]

    sending = asyncio.create_task(EventPublisher(broker, timeout_s=0.1).send_each(records, acked.append))
    await until(lambda: len(producer.acknowledgements) == 4)
    taken, timed_out, too_large, late = producer.acknowledgements
    taken.set_result(None)
    timed_out.set_exception(KafkaTimeoutError())
    too_large.set_exception(MessageSizeTooLargeError())
    outcomes = [type(outcome) for outcome in await sending]
    late.set_result(None)
    await until(lambda: acked == [0, 3])

    unavailable, refused = BrokerUnavailable, EventRefused
    assert outcomes == [type(None), unavailable, refused, unavailable, refused, unavailable]
