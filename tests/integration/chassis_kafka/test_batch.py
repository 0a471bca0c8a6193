"""A poll is one call; what fails is repeated or narrowed down; a commit follows the handler."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial

import pytest

from chassis.errors import PermanentError, TransientError
from chassis.kafka import BatchOptions, RetryPolicy
from contracts.cloudevent import CloudEvent, Event
from contracts.events import TurnReceived
from tests.integration.chassis_kafka.conftest import MakeStage, metric
from tests.support.kafka_stage import QUICKLY, Stage
from tests.support.waiting import until

NEVER = RetryPolicy(first_delay_s=3600.0, longest_delay_s=3600.0)
AWAY = TransientError("database away")


class Batches:
    """What a batch handler was called with, and what it did about it."""

    def __init__(self, act: Callable[[list[str]], Awaitable[None]] | None = None) -> None:
        self.calls: list[list[str]] = []
        self.done: list[str] = []
        # A transaction fails as a whole because of one message.
        self.refused: dict[str, Exception] = {}
        self._act = act

    async def handle(self, events: Sequence[CloudEvent[Event]]) -> None:
        messages = [event.data.message for event in events if isinstance(event.data, TurnReceived)]
        self.calls.append(messages)
        for message in self.refused.keys() & messages:
            raise self.refused[message]
        if self._act is not None:
            await self._act(messages)
        self.done += messages


def numbers(count: int) -> list[str]:
    return [str(number) for number in range(count)]


async def test_a_backlog_over_several_topics_is_handled_in_few_calls(make_stage: MakeStage) -> None:
    stage, batches = await make_stage(topics=2), Batches()
    for topic in stage.topics:
        await stage.say(*((f"visitor-{number}", topic) for number in range(100)), topic=topic)
    async with stage.batch(batches.handle, options=BatchOptions(linger_s=0.2)):
        await stage.until_committed(200)
    assert len(batches.calls) <= 3
    assert any(len(set(messages)) == 2 for messages in batches.calls), "no call held events of both topics"


async def test_the_one_event_that_cannot_be_handled_is_parked(narrow: Stage) -> None:
    batches = Batches()
    batches.refused["33"] = PermanentError("never")
    await narrow.say(*(("ann", number) for number in numbers(50)))
    async with narrow.batch(batches.handle, max_records=40):
        await narrow.until_committed(50)
    (parked,) = await narrow.dead_letters(1)
    expected = {"x-dlq-origin": f"{narrow.topic}/0/33".encode(), "x-dlq-reason": b"PermanentError"}
    assert dict(parked.headers).items() >= expected.items()
    assert batches.done == [number for number in numbers(50) if number != "33"]
    assert len(batches.calls) < 25, "halved, not taken one by one"
    assert max(len(messages) for messages in batches.calls) <= 40


@pytest.mark.parametrize("is_stuck", [False, True])
async def test_a_stop_ends_what_waits_or_is_stuck_and_the_next_begins_there(narrow: Stage, is_stuck: bool):
    async def hold(_messages: list[str]) -> None:
        if is_stuck:
            await asyncio.Event().wait()
        raise AWAY

    first, second = Batches(hold), Batches()
    options = BatchOptions(retry=NEVER, drain_timeout_s=0.2 if is_stuck else 3600.0)
    await narrow.say(("ann", "0"), ("ann", "1"))
    async with asyncio.timeout(8.0), narrow.batch(first.handle, options=options):
        await until(lambda: first.calls)
    async with narrow.batch(second.handle):
        await narrow.until_committed(2)
    assert (first.done, second.done) == ([], ["0", "1"])


async def test_an_event_that_fails_over_our_fault_holds_up_its_partition_alone(make_stage: MakeStage) -> None:
    stage, batches = await make_stage(partitions=2), Batches()
    batches.refused["1-3"] = ZeroDivisionError("ours")

    async def say(numbers: range) -> None:
        for home in (0, 1):
            await stage.say(*(("ann", f"{home}-{number}") for number in numbers), partition=home)

    options = BatchOptions(linger_s=0.0, retry=replace(QUICKLY, unready_after_s=0.1))
    await say(range(6))
    async with stage.batch(batches.handle, options=options) as subscriber:
        await until(subscriber.faults)
        assert f"ZeroDivisionError (3 records, the oldest {stage.topic}/1/3)" in subscriber.faults()[0]
        await say(range(6, 9))
        await stage.until_committed(9 + 3)
        assert sorted(batches.done) == [*(f"0-{n}" for n in range(9)), *(f"1-{n}" for n in range(3))]
        batches.refused.clear()
        await stage.until_committed(18)
        assert not subscriber.faults()

    assert [told for told in batches.done if told[0] == "1"] == [f"1-{number}" for number in range(9)]


async def test_many_events_that_cannot_be_read_wait_and_hold_up_no_other_topic(make_stage: MakeStage) -> None:
    stage, batches = await make_stage(topics=2, partitions=1), Batches()
    named = {"park_records": f"{stage.group}/{stage.topic}/0/0-9"}
    await stage.put(*((b"ann", b"nonsense", []) for _ in range(10)))
    await stage.say(("ann", "0"), topic=stage.topics[1])
    async with stage.batch(batches.handle) as subscriber:
        await until(lambda: subscriber.faults() and batches.done == ["0"])
        await stage.until_committed(5 + 1)
    async with stage.batch(batches.handle, settings=named):
        await stage.until_committed(10 + 1)
    assert len(await stage.dead_letters(10)) == 10


async def test_a_stuck_handler_is_cancelled_and_narrowed_down(narrow: Stage) -> None:
    async def get_stuck_on_one(messages: list[str]) -> None:
        if "1" in messages and sum("1" in call for call in batches.calls) < 6:
            await asyncio.Event().wait()

    batches = Batches(get_stuck_on_one)
    await narrow.say(*(("ann", number) for number in numbers(4)))
    async with narrow.batch(batches.handle, options=BatchOptions(handler_timeout_s=0.05, retry=QUICKLY)):
        await narrow.until_committed(4)
    assert batches.done == numbers(4)


async def test_events_are_counted_gauges_are_zero_at_the_end_and_no_task_is_left(narrow: Stage) -> None:
    shown, before, batches = partial(metric, group=narrow.group), asyncio.all_tasks(), Batches()
    batches.refused |= {"0": AWAY, "another": AWAY}
    await narrow.say(*(("ann", number) for number in numbers(7)))
    async with narrow.batch(batches.handle, options=BatchOptions(retry=QUICKLY, commit_interval_s=0.01)):
        await until(lambda: shown("held_records") == 7 and (shown("watermark_age_seconds") or 0) > 0.05)
        del batches.refused["0"]
        await narrow.until_committed(7)
        await narrow.say(("ann", "another"))
        await until(lambda: shown("held_records") == 1)

    assert shown("kafka_messages_processed_total", topic=narrow.topic, result="done") == 7
    assert (shown("held_records"), shown("watermark_age_seconds")) == (0, 0)
    await until(lambda: not asyncio.all_tasks() - before, within_s=2.0)
