"""What the chassis takes for granted about FastStream's inside, one claim a test.

When one of these fails after an upgrade, read the "why" in its docstring before you change the chassis.
"""

import asyncio
from collections.abc import AsyncIterator
from importlib.metadata import version

import pytest
from faststream.exceptions import SubscriberNotFound
from faststream.kafka import KafkaBroker
from faststream.kafka.subscriber.usecase import DefaultSubscriber

from chassis.kafka import make_broker
from chassis.kafka.faststream_internals import decode_as, is_of_type, register, subscriber_parts
from chassis.kafka.record import Record
from chassis.settings import ServiceSettings
from contracts.cloudevent import CloudEvent
from contracts.events import ProposalDrafted, TurnReceived
from tests.support.event_records import turn_received
from tests.support.fake_kafka import FakeClients, FakeConsumer, fake_clients
from tests.support.records import record, record_of

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


@pytest.mark.parametrize(
    ("event_type", "error"), [(b"something else", SubscriberNotFound), (b"\xff\xfe", UnicodeDecodeError)]
)
async def test_a_record_that_no_filter_takes_is_an_error(
    broker: KafkaBroker, event_type: bytes, error: type[Exception]
) -> None:
    """Why: types without a handler are skipped before FastStream is asked; an unreadable type is parked."""
    probe = Probe(broker)
    probe(_ignore, filter=is_of_type(TurnReceived), decoder=decode_as(TurnReceived))
    await broker.start()

    with pytest.raises(error):
        await probe.process_message(record(headers=[("ce_type", event_type)]))


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
