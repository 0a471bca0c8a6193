"""What the chassis takes for granted about FastStream's inside, one claim a test.

When one of these fails after an upgrade, read the "why" in its docstring before you change the chassis.
"""

import asyncio
import threading
from collections.abc import AsyncIterator
from importlib.metadata import version
from typing import Any

import pytest
from faststream.exceptions import SubscriberNotFound
from faststream.kafka import KafkaBroker
from faststream.kafka.subscriber.usecase import DefaultSubscriber

from chassis.kafka import EventPublisher, batch_subscriber, make_broker
from chassis.kafka.faststream_internals import decode_as, is_of_type, register, subscriber_parts
from chassis.kafka.record import Record
from chassis.settings import ServiceSettings
from contracts.cloudevent import CloudEvent
from contracts.events import ProposalDrafted, TurnReceived
from tests.support.event_records import turn_received
from tests.support.fake_kafka import FakeClients, FakeConsumer, fake_clients
from tests.support.records import record, record_of
from tests.support.waiting import let_run, until

TOPIC = TurnReceived.topic
DEADLINE_S = 5.0


@pytest.fixture
def clients(monkeypatch: pytest.MonkeyPatch) -> FakeClients:
    return fake_clients(monkeypatch)


@pytest.fixture
async def broker(clients: FakeClients) -> AsyncIterator[KafkaBroker]:
    broker = make_broker(ServiceSettings(), service="seams")
    yield broker
    await broker.stop()


class Probe(DefaultSubscriber):
    """A subscriber made as ours are, that shows what FastStream does with it."""

    def __init__(self, broker: KafkaBroker) -> None:
        super().__init__(*subscriber_parts(broker, (TOPIC,), "seams"))
        self.consumed: asyncio.Queue[Record] = asyncio.Queue()
        self.failures: list[Exception] = []
        register(broker, self)

    async def consume_one(self, msg: Record) -> None:
        if self.failures:
            raise self.failures.pop()
        await self.consumed.put(msg)


async def _ignore(_event: CloudEvent[TurnReceived]) -> None:
    """A handler with nothing to do."""


async def _consumer_of(broker: KafkaBroker, clients: FakeClients) -> FakeConsumer:
    await broker.start()
    (consumer,) = clients.consumers
    return consumer


def test_the_versions_are_the_ones_that_were_read() -> None:
    """Why: every other claim here was read in the source of these."""
    assert version("faststream").startswith("0.7.")
    assert version("aiokafka").startswith("0.14.")


async def test_the_loop_hands_each_record_to_consume_one(broker: KafkaBroker, clients: FakeClients) -> None:
    """Why: `KeyedSubscriber.consume_one` is where a record enters its lane."""
    probe = Probe(broker)
    probe(_ignore)
    consumer = await _consumer_of(broker, clients)

    consumer.feed(record(offset=offset) for offset in range(3))

    async with asyncio.timeout(DEADLINE_S):
        assert [(await probe.consumed.get()).offset for _ in range(3)] == [0, 1, 2]


async def test_the_loop_waits_for_consume_one(broker: KafkaBroker, clients: FakeClients) -> None:
    """Why: a batch must have ended before the next poll, or its order and its commit are lost."""
    polls: list[int] = []
    release = asyncio.Event()

    async def hold(events: Any) -> None:
        polls.append(len(events))
        await release.wait()

    batch_subscriber(broker, TOPIC, group_id="seams", handler=hold)
    consumer = await _consumer_of(broker, clients)
    consumer.feed(record_of(turn_received(), offset=offset) for offset in range(9))
    await until(lambda: polls)

    in_hand = 9 - consumer.records.qsize()
    await let_run()

    assert 9 - consumer.records.qsize() == in_hand
    assert len(polls) == 1
    release.set()


async def test_without_a_handler_there_is_no_loop(broker: KafkaBroker, clients: FakeClients) -> None:
    """Why: `BatchSubscriber` registers its handler as a call for this reason alone."""
    probe = Probe(broker)
    consumer = await _consumer_of(broker, clients)
    consumer.feed([record()])

    await let_run()

    assert probe.consumed.empty()
    assert consumer.records.qsize() == 1


async def test_a_loop_that_fails_is_begun_again_and_only_once(
    broker: KafkaBroker, clients: FakeClients
) -> None:
    """Why: two loops would admit the records of one key in any order."""
    probe = Probe(broker)
    probe(_ignore)
    probe.failures.append(RuntimeError("a fault of ours"))
    consumer = await _consumer_of(broker, clients)

    consumer.feed(record(offset=offset) for offset in range(3))

    async with asyncio.timeout(DEADLINE_S):
        assert [(await probe.consumed.get()).offset for _ in range(2)] == [1, 2]
    assert len([task for task in probe.tasks if not task.done()]) == 1


async def test_a_failure_of_the_handler_comes_out_of_process_message(broker: KafkaBroker) -> None:
    """Why: the settler turns failures into retries and dead letters; swallowed ones would count as done."""
    probe = Probe(broker)

    async def fail(_event: CloudEvent[TurnReceived]) -> None:
        raise LookupError("in the handler")

    probe(fail, filter=is_of_type(TurnReceived), decoder=decode_as(TurnReceived))
    await broker.start()

    with pytest.raises(LookupError):
        await probe.process_message(record_of(turn_received()))


async def test_a_header_that_is_no_text_comes_out_of_process_message(broker: KafkaBroker) -> None:
    """Why: such a record is parked, not skipped."""
    probe = Probe(broker)
    probe(_ignore, filter=is_of_type(TurnReceived), decoder=decode_as(TurnReceived))
    await broker.start()

    with pytest.raises(UnicodeDecodeError):
        await probe.process_message(record(headers=[("ce_type", b"\xff\xfe")]))


async def test_a_record_that_no_filter_takes_is_an_error(broker: KafkaBroker) -> None:
    """Why: the keyed subscriber skips types without a handler before it asks FastStream."""
    probe = Probe(broker)
    probe(_ignore, filter=is_of_type(TurnReceived), decoder=decode_as(TurnReceived))
    await broker.start()

    with pytest.raises(SubscriberNotFound):
        await probe.process_message(record(headers=[("ce_type", b"something else")]))


async def test_each_handler_has_its_own_filter_and_decoder(broker: KafkaBroker) -> None:
    """Why: several event types share a topic, each with a handler of its own."""
    probe = Probe(broker)
    seen: list[object] = []

    async def take_turn(event: CloudEvent[TurnReceived]) -> None:
        seen.append(event)

    async def take_proposal(event: CloudEvent[ProposalDrafted]) -> None:
        raise AssertionError("a turn is no proposal")

    probe(take_proposal, filter=is_of_type(ProposalDrafted), decoder=decode_as(ProposalDrafted))
    probe(take_turn, filter=is_of_type(TurnReceived), decoder=decode_as(TurnReceived))
    await broker.start()

    await probe.process_message(record_of(turn_received("Hello")))

    assert seen == [turn_received("Hello")]


async def test_handling_a_record_needs_no_thread(
    broker: KafkaBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Why: FastStream runs plain functions in worker threads, which costs more than the handling itself."""
    probe = Probe(broker)
    probe(_ignore, filter=is_of_type(TurnReceived), decoder=decode_as(TurnReceived))
    await broker.start()
    started: list[threading.Thread] = []
    monkeypatch.setattr(threading.Thread, "start", started.append)

    await asyncio.wait_for(probe.process_message(record_of(turn_received())), DEADLINE_S)

    assert started == []


async def test_the_broker_starts_and_stops_a_subscriber_it_did_not_make(
    broker: KafkaBroker, clients: FakeClients
) -> None:
    """Why: `register` is the way in for subscribers of our own."""
    probe = Probe(broker)
    consumer = await _consumer_of(broker, clients)
    assert probe.running

    await broker.stop()

    assert not probe.running
    assert consumer.calls == ["start", "stop"]
    assert broker.subscribers == [probe]


async def test_a_send_without_confirmation_gives_its_acknowledgement(
    broker: KafkaBroker, clients: FakeClients
) -> None:
    """Why: events are queued one after the other, then waited for together."""
    await broker.start()
    (producer,) = clients.producers

    publishing = asyncio.create_task(EventPublisher(broker).publish(turn_received("1"), turn_received("2")))
    await until(lambda: len(producer.sent) == 2)

    assert not publishing.done()
    for acknowledgement in producer.acknowledgements:
        acknowledgement.set_result(None)
    await asyncio.wait_for(publishing, DEADLINE_S)
