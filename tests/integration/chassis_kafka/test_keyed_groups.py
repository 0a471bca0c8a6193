"""What queues up for a conversation is handled together, over a real broker."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from uuid import UUID

import pytest

from chassis.errors import PermanentError, TransientError
from chassis.kafka import EventGroup, KeyedOptions, KeyedSubscriber, keyed_subscriber
from contracts.events import TurnReceived
from tests.support.kafka_stage import QUICKLY, Stage, conversation, running
from tests.support.waiting import until

NAMES = [f"visitor-{number}" for number in range(12)]

Work = Callable[["Ledger", tuple[str, ...]], None]


class Ledger:
    """The groups that were handled to their end, by conversation; `work` may fail them."""

    def __init__(self, work: Work | None = None, *, takes_s: float = 0.02) -> None:
        self.groups: dict[UUID, list[tuple[str, ...]]] = defaultdict(list)
        self.tries = 0
        self._work = work
        self._takes_s = takes_s

    async def note(self, consecutive: EventGroup[TurnReceived]) -> None:
        self.tries += 1
        await asyncio.sleep(self._takes_s)
        messages = tuple(event.data.message for event in consecutive.events)
        if self._work is not None:
            self._work(self, messages)
        self.groups[consecutive.events[0].data.conversation_id].append(messages)

    @property
    def count(self) -> int:
        """How many records were handled."""
        return sum(len(group) for groups in self.groups.values() for group in groups)

    def messages(self, name: str) -> list[str]:
        """What was handled of one conversation, in its order."""
        return [message for group in self.groups[conversation(name)] for message in group]


@pytest.fixture
def grouping(stage: Stage) -> Callable[[Ledger], AbstractAsyncContextManager[KeyedSubscriber]]:
    @asynccontextmanager
    async def run(ledger: Ledger) -> AsyncIterator[KeyedSubscriber]:
        broker = stage.broker()
        options = KeyedOptions(retry=QUICKLY, commit_interval_s=0.05)
        subscriber = keyed_subscriber(broker, *stage.topics, group_id=stage.group, options=options)
        subscriber.on_many(TurnReceived)(ledger.note)
        async with running(broker):
            yield subscriber

    return run


async def test_every_record_is_handled_once_in_order_and_in_fewer_calls(stage: Stage, grouping) -> None:
    ledger = Ledger()
    await stage.say(*((name, str(count)) for count in range(20) for name in NAMES))

    async with grouping(ledger):
        await until(lambda: ledger.count == 20 * len(NAMES))
        await stage.until_committed(20 * len(NAMES))

    for name in NAMES:
        assert ledger.messages(name) == [str(count) for count in range(20)]
    assert max(len(group) for groups in ledger.groups.values() for group in groups) == 10
    assert ledger.tries < 10 * len(NAMES)


async def test_a_poison_record_is_parked_and_takes_no_other_with_it(stage: Stage, grouping) -> None:
    def refuse(_ledger: Ledger, messages: tuple[str, ...]) -> None:
        if "3" in messages:
            raise PermanentError("never")

    ledger = Ledger(refuse)
    await stage.say(*(("ann", str(count)) for count in range(8)))

    async with grouping(ledger):
        await stage.until_committed(8)
        (parked,) = await stage.dead_letters(1)

    assert ledger.messages("ann") == [str(count) for count in range(8) if count != 3]
    assert b'"message":"3"' in parked.value.replace(b" ", b"")


async def test_a_group_whose_dependency_is_away_is_handled_whole_in_the_end(stage: Stage, grouping) -> None:
    def away(ledger: Ledger, _messages: tuple[str, ...]) -> None:
        if ledger.tries < 5:
            raise TransientError("away")

    ledger = Ledger(away)
    await stage.say(*(("ann", str(count)) for count in range(8)))

    async with grouping(ledger):
        await stage.until_committed(8)

    assert ledger.groups[conversation("ann")] == [tuple(str(count) for count in range(8))]


async def test_what_a_stopped_worker_had_not_finished_is_handled_by_the_next(stage: Stage, grouping) -> None:
    first, second = Ledger(), Ledger()
    await stage.say(*((name, str(count)) for count in range(30) for name in NAMES))

    async with grouping(first):
        await until(lambda: first.count >= len(NAMES))
    async with grouping(second):
        await stage.until_committed(30 * len(NAMES))

    for name in NAMES:
        # Lanes that were ahead of the commit are read again, and recognised by their ids in real life.
        handled = dict.fromkeys(first.messages(name) + second.messages(name))
        assert list(handled) == [str(count) for count in range(30)]
