"""Many conversations at once, each in its order; no commit passes one that is not finished."""

import asyncio
import random

import pytest

from chassis.kafka import KeyedOptions
from chassis.kafka.keyed import KeyedSubscriber
from contracts.cloudevent import CloudEvent
from contracts.events import TurnReceived
from tests.integration.chassis_kafka.conftest import MakeStage, metric
from tests.support.kafka_stage import QUICKLY, Journal, Stage, conversation, turn
from tests.support.records import headers_of
from tests.support.waiting import until

NAMES = [f"visitor-{number}" for number in range(40)]
BOUND = 20


class Gate:
    """A handler that holds one message until it is opened."""

    def __init__(self, held: str) -> None:
        self.journal, self.is_open, self._held = Journal(), asyncio.Event(), held

    async def handle(self, event: CloudEvent[TurnReceived]) -> None:
        async with self.journal.handling(event):
            if event.data.message == self._held:
                await self.is_open.wait()


async def test_conversations_run_at_once_each_in_its_order_with_and_without_a_key(make_stage: MakeStage):
    stage = await make_stage(topics=3)
    journal = Journal()
    keyless = [turn("nobody", str(number)) for number in range(30)]

    async def take_a_moment(event: CloudEvent[TurnReceived]) -> None:
        async with journal.handling(event):
            await asyncio.sleep(random.uniform(0.001, 0.01))

    await stage.put(*((None, event.value(), headers_of(event)) for event in keyless), partition=2)
    for number, topic in enumerate(stage.topics):
        await stage.say(*((name, f"{number}-{count}") for count in range(5) for name in NAMES), topic=topic)
    async with stage.keyed(take_a_moment, options=KeyedOptions(max_in_flight=20)):
        await until(lambda: len(journal.ended) == 630, within_s=30.0)

    assert 5 < journal.most_at_once <= 20
    for name in NAMES:
        for number in range(3):
            of_topic = [said for said in journal.messages(name) if said.startswith(f"{number}-")]
            assert of_topic == [f"{number}-{count}" for count in range(5)]
    # In the order of its partition.
    assert journal.messages("nobody") == [str(number) for number in range(30)]


async def test_a_conversation_has_one_home_over_all_topics(make_stage: MakeStage) -> None:
    stage = await make_stage(topics=3)
    first, second = Journal(), Journal()
    async with stage.keyed(first.note), stage.keyed(second.note):
        for topic in stage.topics:
            await stage.say(*((name, topic) for name in NAMES), topic=topic)
        await until(lambda: len(first.ended) + len(second.ended) == 3 * len(NAMES))
    homes = [set(first.by_conversation()), set(second.by_conversation())]
    assert all(homes), "one of the two had nothing to do"
    assert not homes[0] & homes[1]
    assert homes[0] | homes[1] == {conversation(name) for name in NAMES}


async def lag_of(subscriber: KeyedSubscriber) -> float | None:
    await subscriber._lag.update(subscriber.consumer)
    (topic,) = subscriber.topic_names_for_subscribe
    return metric("kafka_consumer_lag", group=subscriber._group, topic=topic)


async def test_a_hot_partition_is_paused_at_its_bound_while_others_flow(make_stage: MakeStage) -> None:
    stage = await make_stage(partitions=2)
    gate, in_hand = Gate("hot 0"), list[int]()

    async def hold_the_hot_one(event: CloudEvent[TurnReceived]) -> None:
        in_hand.append(subscriber.lanes.held)
        await gate.handle(event)

    for name, partition, count in (("hot", 0, 200), ("cool", 1, 50)):
        await stage.say(*((name, f"{name} {number}") for number in range(count)), partition=partition)
    options = KeyedOptions(partition_bound=BOUND, retry=QUICKLY)
    async with stage.keyed(hold_the_hot_one, options=options) as subscriber:
        await until(lambda: len(gate.journal.messages("cool")) == 50 and subscriber.lanes.held == BOUND)
        paused = subscriber.consumer._subscription.paused_partitions
        await until(lambda: {home.partition for home in paused()} == {0})
        assert await lag_of(subscriber) == 200, "what is held and what was never fetched"
        gate.is_open.set()
        await stage.until_committed(250)
        assert paused() == set()
        assert await lag_of(subscriber) == 0

    assert max(in_hand) <= 2 * BOUND, "a bound for each of the two partitions"
    assert gate.journal.messages("hot") == [f"hot {number}" for number in range(200)]


@pytest.mark.parametrize(
    ("ends_in_time", "by_first", "by_next"),
    [(True, ["0", "1", "2"], ["3"]), (False, ["0", "2"], ["1", "2", "3"])],
)
async def test_a_stop_finishes_what_ends_in_time_begins_no_other_and_the_next_owner_goes_on(
    narrow: Stage, by_first: list[str], by_next: list[str], *, ends_in_time: bool
) -> None:
    gate, next_one = Gate("1"), Journal()
    options = KeyedOptions(drain_timeout_s=5.0 if ends_in_time else 0.2, retry=QUICKLY)
    await narrow.say(("quick", "0"), ("slow", "1"), ("quick", "2"), ("slow", "3"))
    async with asyncio.timeout(5.0):
        async with narrow.keyed(gate.handle, options=options):
            await until(lambda: len(gate.journal.ended) == 2 and gate.journal.running.total() == 1)
            if ends_in_time:
                # In the middle of the drain that the end of this block begins.
                asyncio.get_running_loop().call_later(0.05, gate.is_open.set)

    assert gate.journal.running.total() == 0, "finished or cancelled"
    assert sum((await narrow.committed()).values()) == 4 - len(by_next)
    async with narrow.keyed(next_one.note):
        await until(lambda: len(next_one.ended) == len(by_next))
    assert sorted(message for _, message in gate.journal.ended) == by_first
    # What was finished above an unfinished record is read a second time.
    assert [message for _, message in next_one.ended] == by_next


async def test_what_was_queued_is_not_begun_by_the_old_owner_after_the_partition_left(stage: Stage) -> None:
    gate, new = Gate("0"), Journal()
    old, names = gate.journal, [f"visitor-{number}" for number in range(60)]
    await stage.say(*((name, str(count)) for count in range(4) for name in names))
    async with stage.keyed(gate.handle):
        await until(lambda: old.running.total() == 60)
        asyncio.get_running_loop().call_later(0.6, gate.is_open.set)
        async with stage.keyed(new.note):
            await until(lambda: len(old.ended) + len(new.ended) == 240)
            await stage.until_committed(240)

    both = old.by_conversation()
    for key, messages in new.by_conversation().items():
        both[key] = both[key] + messages
    # Nothing twice, nothing out of order: each partition changed hands between two records of a key.
    assert dict(both) == {conversation(name): ["0", "1", "2", "3"] for name in names}
    assert new.ended, "the newcomer had nothing to do"
