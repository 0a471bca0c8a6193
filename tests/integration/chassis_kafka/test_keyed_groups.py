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
Grouping = Callable[["Ledger"], AbstractAsyncContextManager[KeyedSubscriber]]


class Ledger:
    """The groups that were handled to their end, by conversation; `work` may fail them."""

    def __init__(self, work: Work = lambda _ledger, _messages: None) -> None:
        self.groups: dict[UUID, list[tuple[str, ...]]] = defaultdict(list)
        self.tries = 0
        self._work = work

    async def note(self, consecutive: EventGroup[TurnReceived]) -> None:
        self.tries += 1
        await asyncio.sleep(0.02)
        messages = tuple(event.data.message for event in consecutive.events)
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
def grouping(stage: Stage) -> Grouping:
    @asynccontextmanager
    async def run(ledger: Ledger) -> AsyncIterator[KeyedSubscriber]:
        broker = stage.broker()
        options = KeyedOptions(retry=QUICKLY, commit_interval_s=0.05)
        subscriber = keyed_subscriber(broker, *stage.topics, group_id=stage.group, options=options)
        subscriber.on_many(TurnReceived)(ledger.note)
        async with running(broker):
            yield subscriber

    return run


async def test_every_record_is_handled_in_order_and_in_fewer_calls_by_one_worker_after_the_other(
    stage: Stage, grouping: Grouping
) -> None:
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
    assert (
        max(len(group) for ledger in (first, second) for groups in ledger.groups.values() for group in groups)
        == 10
    )
    assert first.tries + second.tries < 15 * len(NAMES)


async def test_a_poison_record_is_parked_and_takes_no_other_with_it_though_a_dependency_is_away(
    stage: Stage, grouping: Grouping
) -> None:
    def refuse(ledger: Ledger, messages: tuple[str, ...]) -> None:
        if ledger.tries < 5:
            raise TransientError("away")
        if "3" in messages:
            raise PermanentError("never")

    ledger = Ledger(refuse)
    await stage.say(*(("ann", str(count)) for count in range(8)))

    async with grouping(ledger):
        await stage.until_committed(8)
        (parked,) = await stage.dead_letters(1)

    assert ledger.messages("ann") == [str(count) for count in range(8) if count != 3]
    assert b'"message":"3"' in parked.value.replace(b" ", b"")
