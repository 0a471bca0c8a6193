"""However two processes interleave, crash and are late: the last record of a key is its newest event.

The outbox and its table are the real ones. The broker is a list, so that a test decides when a record lands.
"""

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial, wraps
from typing import Any

import sqlalchemy as sa
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from chassis.kafka import BrokerUnavailable
from chassis.kafka.publisher import PublishFailure
from chassis.kafka.sealing import OutgoingEvent, Sealing, SerialisedEvent
from chassis.outbox import Outbox, OutboxOptions
from chassis.postgres import make_engine, translate_database_errors
from chassis.settings import DatabaseSettings
from contracts.cloudevent import CloudEvent, Event
from tests.integration.chassis_kafka.conftest import create_outbox
from tests.support.kafka_stage import turn

NAMES = ("ann", "bob")
OPTIONS = OutboxOptions()
# Time for statements to end; one that waits for a lock goes on in a later step.
STEP_S = 0.02


@dataclass(slots=True)
class Process:
    """One process: its outbox and the publisher of it, what it does, and what it has not published yet."""

    log: list[SerialisedEvent]
    outbox: Outbox = field(init=False)
    # What times out is still on its way.
    on_its_way: deque[tuple[SerialisedEvent, Callable[[], None]]] = field(default_factory=deque)
    is_time_up: asyncio.Event = field(default_factory=asyncio.Event)
    publishing: set[asyncio.Task[None]] = field(default_factory=set)
    sweeping: asyncio.Task[None] | None = None
    stored: list[CloudEvent[Event]] = field(default_factory=list)

    @property
    def tasks(self) -> set[asyncio.Task[None]]:
        return self.publishing | ({self.sweeping} if self.sweeping else set())

    async def serialise(self, events: Sequence[CloudEvent[Event]]) -> list[OutgoingEvent]:
        return await Sealing().serialise(events)

    async def send_each(self, records, on_ack, **_: Any) -> list[PublishFailure | None]:
        acked, is_done = set[int](), asyncio.Event()

        def acknowledge(index: int) -> None:
            on_ack(index)
            acked.add(index)
            if len(acked) == len(records):
                is_done.set()

        self.on_its_way += [(record, partial(acknowledge, index)) for index, record in enumerate(records)]
        waits = [asyncio.create_task(event.wait()) for event in (is_done, self.is_time_up)]
        if records:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()
        return [None if index in acked else BrokerUnavailable("late") for index in range(len(records))]

    def land(self, count: int | None = None) -> None:
        """Let the oldest records on their way reach the topic, or all of them."""
        for _ in range(min(count or 10**9, len(self.on_its_way))):
            record, acknowledge = self.on_its_way.popleft()
            self.log.append(record)
            acknowledge()

    def time_out(self) -> None:
        self.is_time_up.set()
        self.is_time_up = asyncio.Event()

    def lose(self) -> None:
        self.on_its_way.clear()
        self.time_out()


def step(**drawn: st.SearchStrategy[Any]) -> Callable[[Callable[..., Coroutine[Any, Any, None]]], Any]:
    """A rule: it does this, and then lets what runs come as far as it can."""

    def rule_of(work: Callable[..., Coroutine[Any, Any, None]]) -> Any:
        @wraps(work)
        def do(self: "TwoProcesses", *given: Any, **also: Any) -> None:
            self.runner.run(work(self, *given, **also))
            self.runner.run(self.go_on())

        return rule(**drawn)(do)

    return rule_of


class TwoProcesses(RuleBasedStateMachine):
    def __init__(self, database_url: str) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.engine = make_engine(DatabaseSettings.model_validate({"database_url": database_url}))
        self.now_s = 0.0
        self.log: list[SerialisedEvent] = []
        self.order: dict[bytes, list[str]] = defaultdict(list)
        self.crashes = 0

    @initialize()
    def begin(self) -> None:
        self.table = self.runner.run(create_outbox(self.engine))
        self.processes = [self._new_process(), self._new_process()]

    def _new_process(self) -> Process:
        process = Process(self.log)
        publisher: Any = process
        process.outbox = Outbox(self.engine, self.table, publisher, options=OPTIONS, clock=lambda: self.now_s)
        return process

    @step(number=st.integers(0, 1), name=st.sampled_from(NAMES), count=st.integers(1, 2))
    async def store(self, number: int, name: str, count: int) -> None:
        """Store events of one conversation; no two processes store for the same one at once."""
        events: list[CloudEvent[Event]] = [turn(name, "hello") for _ in range(count)]
        async with self.engine.begin() as connection:
            await self.processes[number].outbox.add(connection, events)
        self.processes[number].stored += events
        self.order[events[0].key] += [str(event.id) for event in events]

    @step(number=st.integers(0, 1))
    async def publish(self, number: int) -> None:
        process = self.processes[number]
        events, process.stored = process.stored, []
        process.publishing.add(asyncio.create_task(process.outbox.publish(events)))

    @step(number=st.integers(0, 1))
    async def sweep(self, number: int) -> None:
        self._begin_sweep(self.processes[number])

    def _begin_sweep(self, process: Process) -> None:
        """Begin a sweep, unless one is under way."""

        async def sweep() -> None:
            with translate_database_errors():
                await process.outbox._sweep_once()

        if process.sweeping is None or process.sweeping.done():
            process.sweeping = asyncio.create_task(sweep())

    @step(number=st.integers(0, 1), count=st.integers(1, 5))
    async def land(self, number: int, count: int) -> None:
        self.processes[number].land(count)

    @step(number=st.integers(0, 1))
    async def time_out(self, number: int) -> None:
        self.processes[number].time_out()

    @step(number=st.integers(0, 1))
    async def lose(self, number: int) -> None:
        self.processes[number].lose()

    @step()
    async def let_the_lease_end(self) -> None:
        await self._let_pass(OPTIONS.lease_s + 1)

    async def _let_pass(self, seconds: float) -> None:
        self.now_s += seconds
        async with self.engine.begin() as connection:
            # Rows that are being swept are old already.
            claim = sa.select(self.table.c.position).with_for_update(skip_locked=True)
            positions = (await connection.scalars(claim)).all()
            stored_at = self.table.c.stored_at - timedelta(seconds=seconds)
            age = sa.update(self.table).values(stored_at=stored_at)
            await connection.execute(age.where(self.table.c.position.in_(positions)))

    @rule(number=st.integers(0, 1), name=st.sampled_from(NAMES))
    def take_over(self, number: int, name: str) -> None:
        """One process is slow, so that the other publishes its event; the slow one's is still on its way."""
        other = 1 - number
        self.store(number, name, 1)
        self.publish(number)
        self.time_out(number)
        self.let_the_lease_end()
        self.sweep(other)
        self.land(other, 5)
        self.store(other, name, 1)
        self.publish(other)
        self.land(other, 5)

    @step(number=st.integers(0, 1), lands=st.booleans())
    async def crash(self, number: int, lands: bool) -> None:
        """Kill a process. What is on its way arrives just before, or never.

        A second one dies only when nothing is late: who came late, and who took over within the last minute,
        must not both be dead. That is no precondition: whether a task is done by now depends on the machine,
        and a rule that is there in one run and not in the next is taken for a faulty test.
        """
        if self.crashes and any(map(self._is_late, self.processes)):
            return
        self.crashes += 1
        process = self.processes[number]
        if lands:
            process.land()
        process.lose()
        for task in process.tasks:
            task.cancel()
        await asyncio.gather(*process.tasks, return_exceptions=True)
        self.processes[number] = self._new_process()

    def _is_late(self, process: Process) -> bool:
        state, repeats = process.outbox._state, process.outbox._republisher
        is_busy = any(not task.done() for task in process.tasks)
        return bool(is_busy or process.on_its_way or state.acked or repeats._planned)

    async def go_on(self) -> None:
        """Let what runs come as far as it can."""
        tasks = set().union(*(process.tasks for process in self.processes))
        if tasks:
            await asyncio.wait(tasks, timeout=STEP_S)
        for process in self.processes:
            for task in {task for task in process.publishing if task.done()}:
                process.publishing.discard(task)
                task.result()

    def teardown(self) -> None:
        with suppress(AttributeError):
            self.runner.run(self._end())
        self.runner.close()

    async def _end(self) -> None:
        try:
            await self._come_to_rest()
            if not self.crashes:
                self._check()
            # Who came late may have died before it could look.
            await self._let_pass(OPTIONS.repeat_after_s + 1)
            await self._come_to_rest()
            self._check()
        finally:
            await self.engine.dispose()

    async def _come_to_rest(self) -> None:
        await self._let_pass(OPTIONS.lease_s + 1)
        for _ in range(4):
            for process in self.processes:
                self._begin_sweep(process)
                await self.go_on()
                while process.tasks and not all(task.done() for task in process.tasks):
                    for other in self.processes:
                        other.land()
                    await self.go_on()

    def _check(self) -> None:
        sent: dict[bytes, list[str]] = defaultdict(list)
        for _, key, _, headers in self.log:
            sent[key].append(headers["ce_id"])
        for key, stored in self.order.items():
            assert list(dict.fromkeys(sent[key])) == stored, "first publications are in their order"
            assert sent[key][-1] == stored[-1], "the last record is the newest event"


def test_the_last_record_of_a_key_is_its_newest_event(database_url: str) -> None:
    long = settings(settings.default, stateful_step_count=25)
    run_state_machine_as_test(lambda: TwoProcesses(database_url), settings=long)
