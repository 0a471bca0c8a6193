import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiokafka.errors import KafkaTimeoutError, MessageSizeTooLargeError
from faststream.kafka import KafkaBroker
from opentelemetry.trace import StatusCode
from prometheus_client import REGISTRY

from chassis.errors import PermanentError, TransientError
from chassis.kafka import BrokerUnavailable, EventPublisher, EventRefused, make_broker
from chassis.kafka.publisher import SerialisedEvent
from chassis.settings import ServiceSettings
from contracts.events import TurnReceived
from tests.support.event_records import turn_received
from tests.support.fake_kafka import FakeClients, FakeProducer, fake_clients
from tests.support.spans import keep_spans
from tests.support.waiting import until

EVENTS = [turn_received(str(number)) for number in range(5)]
TOPIC = TurnReceived.topic


@pytest.fixture
def clients(monkeypatch: pytest.MonkeyPatch) -> FakeClients:
    return fake_clients(monkeypatch)


@pytest.fixture
async def broker(clients: FakeClients) -> AsyncIterator[KafkaBroker]:
    broker = make_broker(ServiceSettings(), service="publisher")
    await broker.start()
    yield broker
    await broker.stop()


@pytest.fixture
def producer(clients: FakeClients, broker: KafkaBroker) -> FakeProducer:
    return clients.producers[0]


def published() -> float:
    labels = {"topic": TOPIC}
    return REGISTRY.get_sample_value("salesbot_kafka_messages_published_total", labels) or 0.0


async def test_events_reach_the_producer_in_their_order_even_when_its_buffer_is_full(
    broker: KafkaBroker, producer: FakeProducer, monkeypatch: pytest.MonkeyPatch
) -> None:
    has_room = asyncio.Event()
    send = producer.send

    async def send_when_there_is_room(**record: Any) -> asyncio.Future[None]:
        if record["value"] == EVENTS[0].value():
            await has_room.wait()
        return await send(**record)

    monkeypatch.setattr(producer, "send", send_when_there_is_room)
    publishing = asyncio.create_task(EventPublisher(broker).publish(*EVENTS))
    asyncio.get_running_loop().call_later(0.02, has_room.set)
    await until(lambda: len(producer.sent) == len(EVENTS))
    for acknowledgement in producer.acknowledgements:
        acknowledgement.set_result(None)
    await publishing

    assert [record["value"] for record in producer.sent] == [event.value() for event in EVENTS]


async def test_publishing_ends_when_all_are_acknowledged(broker: KafkaBroker, producer: FakeProducer) -> None:
    before = published()
    publishing = asyncio.create_task(EventPublisher(broker).publish(*EVENTS))
    await until(lambda: len(producer.acknowledgements) == len(EVENTS))

    for acknowledgement in producer.acknowledgements[:-1]:
        acknowledgement.set_result(None)
    await until(lambda: published() == before + len(EVENTS) - 1)
    assert not publishing.done()
    producer.acknowledgements[-1].set_result(None)
    await publishing

    assert published() == before + len(EVENTS)


async def test_an_acknowledgement_that_does_not_come_is_an_outage(
    broker: KafkaBroker, producer: FakeProducer, monkeypatch: pytest.MonkeyPatch
) -> None:
    spans, before = keep_spans(monkeypatch), published()

    with pytest.raises(BrokerUnavailable) as caught:
        await EventPublisher(broker, timeout_s=0.05).publish(EVENTS[0])
    await until(spans.get_finished_spans)

    (span,) = spans.get_finished_spans()
    assert isinstance(caught.value, TransientError)
    assert span.status.status_code is StatusCode.ERROR
    assert (span.attributes or {})["error.type"] == "CancelledError"
    assert published() == before


async def test_an_event_that_is_too_large_is_not_tried_again(
    broker: KafkaBroker, producer: FakeProducer, monkeypatch: pytest.MonkeyPatch
) -> None:
    spans = keep_spans(monkeypatch)

    async def refuse(**_record: Any) -> asyncio.Future[None]:
        raise MessageSizeTooLargeError

    monkeypatch.setattr(producer, "send", refuse)
    with pytest.raises(EventRefused) as caught:
        await EventPublisher(broker).publish(EVENTS[0])

    (span,) = spans.get_finished_spans()
    assert isinstance(caught.value, PermanentError)
    assert (span.attributes or {})["error.type"] == "MessageSizeTooLargeError"


async def test_a_broker_that_is_not_there_yet_is_an_outage(clients: FakeClients) -> None:
    publisher = EventPublisher(make_broker(ServiceSettings(), service="publisher"))

    with pytest.raises(BrokerUnavailable):
        await publisher.publish(EVENTS[0])


async def test_nothing_to_publish_is_nothing_to_do(broker: KafkaBroker, producer: FakeProducer) -> None:
    await EventPublisher(broker).publish()

    assert producer.sent == []


def serialised(topic: str, key: bytes, number: int) -> SerialisedEvent:
    return (topic, key, str(number).encode(), {})


async def test_each_record_has_an_outcome_of_its_own(broker: KafkaBroker, producer: FakeProducer) -> None:
    records = [serialised(TOPIC, b"ann", 0), serialised(TOPIC, b"bob", 1), serialised("other", b"ann", 2)]
    acked: list[int] = []
    sending = asyncio.create_task(EventPublisher(broker).send_each(records, acked.append))
    await until(lambda: len(producer.acknowledgements) == 3)

    producer.acknowledgements[0].set_result(None)
    producer.acknowledgements[1].set_exception(KafkaTimeoutError())
    producer.acknowledgements[2].set_exception(MessageSizeTooLargeError())
    outcomes = await sending

    assert outcomes[0] is None
    assert isinstance(outcomes[1], BrokerUnavailable)
    assert isinstance(outcomes[2], EventRefused)
    assert acked == [0]


async def test_what_follows_a_record_that_cannot_be_sent_is_not_sent_either(
    broker: KafkaBroker, producer: FakeProducer, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = producer.send

    async def refuse_the_first(**record: Any) -> asyncio.Future[None]:
        if record["value"] == b"0":
            raise MessageSizeTooLargeError
        sent = await send(**record)
        sent.set_result(None)
        return sent

    monkeypatch.setattr(producer, "send", refuse_the_first)
    records = [serialised(TOPIC, key, number) for number, key in enumerate((b"ann", b"ann", b"bob"))]
    outcomes = await EventPublisher(broker).send_each(records, lambda index: None)

    assert [type(outcome) for outcome in outcomes] == [EventRefused, BrokerUnavailable, type(None)]
    assert [record["value"] for record in producer.sent] == [b"2"]


async def test_a_late_acknowledgement_is_told(broker: KafkaBroker, producer: FakeProducer) -> None:
    acked: list[int] = []

    (outcome,) = await EventPublisher(broker, timeout_s=0.05).send_each(
        [serialised(TOPIC, b"ann", 0)], acked.append
    )
    producer.acknowledgements[0].set_result(None)
    await until(lambda: acked == [0])

    assert isinstance(outcome, BrokerUnavailable)
