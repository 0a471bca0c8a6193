"""`python -m benchmarks.keyed`: CPU a record costs on its way in and out, spans and metrics included."""

import argparse
import asyncio
import logging
import resource
import tempfile
import time
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import uvloop
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult

from chassis.kafka import (
    EventPublisher,
    KafkaCluster,
    batch_subscriber,
    ensure_topics,
    keyed_subscriber,
    make_broker,
)
from chassis.kafka.faststream_internals import producer_of
from chassis.logging import configure_logging
from chassis.settings import ServiceSettings
from chassis.telemetry import configure_tracing
from contracts.cloudevent import CloudEvent, Event, originate
from contracts.events import LeadChanged, TurnReceived
from contracts.registry import TOPICS
from devstack.data_dir import DataDir
from devstack.infra import choose_broker

_CONVERSATIONS = 100
_SIDE_BY_SIDE = 20
_ROW = "{:<44} {:>8} {:>12} {:>12}"


class _Nowhere(SpanExporter):
    """Costs a service what a collector would, without one."""

    def export(self, _spans: Sequence[ReadableSpan]) -> SpanExportResult:
        return SpanExportResult.SUCCESS


@dataclass(slots=True)
class _Meter:
    """CPU and wall time of this process since it was made."""

    cpu_s: float
    wall_s: float

    @classmethod
    def start(cls) -> "_Meter":
        return cls(_cpu_s(), time.perf_counter())

    def tell(self, what: str, records: int) -> None:
        """Print what a record cost."""
        cpu_us = (_cpu_s() - self.cpu_s) / records * 1e6
        per_s = records / (time.perf_counter() - self.wall_s)
        print(_ROW.format(what, records, f"{cpu_us:.0f}", f"{per_s:.0f}"))


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Measure on a broker of its own and print a table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.keyed", description=__doc__)
    parser.add_argument("--records", type=int, default=10_000)
    records: int = parser.parse_args().records
    configure_logging("benchmark", "CRITICAL")
    # A topic that is new has no leader for a moment; the clients tell of every try.
    logging.disable(logging.CRITICAL)
    provider = configure_tracing("benchmark", None)
    provider.add_span_processor(BatchSpanProcessor(_Nowhere(), max_queue_size=100_000))
    with tempfile.TemporaryDirectory() as folder:
        broker = choose_broker("auto", DataDir(Path(folder)))
        broker.start()
        try:
            settings = ServiceSettings.model_validate(
                {"kafka_bootstrap_servers": broker.bootstrap}
                | {name.lower(): value for name, value in broker.client_settings.items()}
            )
            print(f"{broker.broker_name}, spans and metrics on\n")
            print(_ROW.format("path", "records", "CPU us each", "records/s"))
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                runner.run(_measure(settings, records))
        finally:
            broker.terminate(5.0)


async def _measure(settings: ServiceSettings, records: int) -> None:
    await ensure_topics(KafkaCluster.of(settings), TOPICS)
    conversations = [uuid4() for _ in range(_CONVERSATIONS)]
    events = [_turn(conversations[number % _CONVERSATIONS]) for number in range(records)]
    await _measure_publishing(settings, events)
    await _measure_keyed(settings, records, working_s=0.0)
    await _measure_keyed(settings, records, working_s=0.01)
    await _measure_batch(settings, records)


async def _measure_publishing(settings: ServiceSettings, events: list[CloudEvent[TurnReceived]]) -> None:
    broker = make_broker(settings, service="benchmark")
    publisher = EventPublisher(broker)
    side_by_side = asyncio.Semaphore(_SIDE_BY_SIDE)

    async def publish(event: CloudEvent[TurnReceived]) -> None:
        async with side_by_side:
            await publisher.publish(event)

    await broker.start()
    # Every partition once, so that all have a leader that is known.
    await publisher.publish(*events[:_CONVERSATIONS])
    meter = _Meter.start()
    await asyncio.gather(*(publish(event) for event in events))
    meter.tell(f"publish, {_SIDE_BY_SIDE} side by side", len(events))
    alone = events[:1000]
    meter = _Meter.start()
    for event in alone:
        await publisher.publish(event)
    meter.tell("publish, one after the other", len(alone))
    meter = _Meter.start()
    for event in alone:
        await producer_of(broker).send_and_wait(LeadChanged.topic, event.value(), key=event.key)
    meter.tell("the client alone, one after the other", len(alone))
    await broker.stop()


async def _measure_keyed(settings: ServiceSettings, records: int, *, working_s: float) -> None:
    broker = make_broker(settings, service="benchmark")
    subscriber = keyed_subscriber(broker, TurnReceived.topic, group_id=f"keyed-{uuid4().hex[:8]}")
    handled, is_done = 0, asyncio.Event()

    @subscriber.on(TurnReceived)
    async def count_on_turn_received(_event: CloudEvent[TurnReceived]) -> None:
        nonlocal handled
        if working_s:
            await asyncio.sleep(working_s)
        handled += 1
        if handled >= records:
            is_done.set()

    await _run(broker.start(), is_done, f"keyed, a handler of {working_s * 1000:.0f} ms", records)
    await broker.stop()


async def _measure_batch(settings: ServiceSettings, records: int) -> None:
    broker = make_broker(settings, service="benchmark")
    handled, is_done = 0, asyncio.Event()

    async def count(events: Sequence[CloudEvent[Event]]) -> None:
        nonlocal handled
        handled += len(events)
        if handled >= records:
            is_done.set()

    batch_subscriber(broker, TurnReceived.topic, group_id=f"batch-{uuid4().hex[:8]}", handler=count)
    await _run(broker.start(), is_done, "batch", records)
    await broker.stop()


async def _run(start: Awaitable[None], is_done: asyncio.Event, what: str, records: int) -> None:
    meter = _Meter.start()
    await start
    await is_done.wait()
    meter.tell(what, records)


def _turn(conversation_id: UUID) -> CloudEvent[TurnReceived]:
    data = TurnReceived(
        conversation_id=conversation_id,
        turn_id=uuid4(),
        message="We are a bakery of nine people, and the phone rings all day.",
        source="api",
    )
    return originate(data, event_id=uuid4(), source="benchmark", time=datetime.now(UTC))


if __name__ == "__main__":
    main()
