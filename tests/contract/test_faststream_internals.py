"""What the chassis takes for granted about FastStream's inside, one claim a test.

When one of these fails after an upgrade, read the "why" in its docstring before you change the chassis.
"""

import asyncio
from collections.abc import AsyncIterator

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
from tests.support.fake_kafka import FakeClients, fake_clients
from tests.support.records import record, record_of


class Probe(DefaultSubscriber):
    """A subscriber made as ours are, that shows what FastStream does with it."""

    def __init__(self, broker: KafkaBroker) -> None:
        super().__init__(*subscriber_parts(broker, (TurnReceived.topic,), "seams"))
        self.broker = broker
        self.consumed: asyncio.Queue[Record] = asyncio.Queue()
        self.failures: list[Exception] = []
        register(broker, self)

    async def consume_one(self, msg: Record) -> None:
        if self.failures:
            raise self.failures.pop()
        await self.consumed.put(msg)


@pytest.fixture
def clients(monkeypatch: pytest.MonkeyPatch) -> FakeClients:
    return fake_clients(monkeypatch)


@pytest.fixture
async def probe(clients: FakeClients) -> AsyncIterator[Probe]:
    broker = make_broker(ServiceSettings(), service="seams")
    yield Probe(broker)
    await broker.stop()


async def test_a_loop_that_fails_is_begun_again_and_only_once(probe: Probe, clients: FakeClients) -> None:
    """Why: two loops would admit the records of one key in any order."""

    async def ignore(_event: CloudEvent[TurnReceived]) -> None:
        """A handler with nothing to do."""

    probe(ignore)
    probe.failures.append(RuntimeError("a fault of ours"))
    await probe.broker.start()

    clients.consumers[0].feed(record(offset=offset) for offset in range(3))

    async with asyncio.timeout(5):
        assert [(await probe.consumed.get()).offset for _ in range(2)] == [1, 2]
    assert len([task for task in probe.tasks if not task.done()]) == 1


async def test_each_handler_has_a_filter_and_a_decoder_and_what_fails_comes_out(probe: Probe) -> None:
    """Why: event types share a topic; the settler turns failures into retries and dead letters, and
    types without a handler are skipped before FastStream is asked.
    """
    seen: list[object] = []

    async def take_turn(event: CloudEvent[TurnReceived]) -> None:
        seen.append(event)
        raise LookupError("in the handler")

    async def take_proposal(event: CloudEvent[ProposalDrafted]) -> None:
        raise AssertionError("a turn is no proposal")

    probe(take_proposal, filter=is_of_type(ProposalDrafted), decoder=decode_as(ProposalDrafted))
    probe(take_turn, filter=is_of_type(TurnReceived), decoder=decode_as(TurnReceived))
    await probe.broker.start()

    with pytest.raises(LookupError):
        await probe.process_message(record_of(turn_received("Hello")))
    assert seen == [turn_received("Hello")]
    with pytest.raises(SubscriberNotFound):
        await probe.process_message(record(headers=[("ce_type", b"something else")]))
    with pytest.raises(UnicodeDecodeError):
        await probe.process_message(record(headers=[("ce_type", b"\xff\xfe")]))


async def test_the_broker_starts_and_stops_a_subscriber_of_ours(probe: Probe, clients: FakeClients) -> None:
    """Why: `register` is the way in for subscribers of our own."""
    await probe.broker.start()
    assert probe.running
    await probe.broker.stop()
    assert not probe.running
    assert [consumer.calls for consumer in clients.consumers] == [["start", "stop"]]
    assert probe.broker.subscribers == [probe]
