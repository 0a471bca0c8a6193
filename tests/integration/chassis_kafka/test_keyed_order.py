"""Many conversations at once, each in its order, over all topics, in bounded memory."""

import asyncio
import random
from collections.abc import Awaitable, Callable

from chassis.kafka import KeyedOptions
from contracts.cloudevent import CloudEvent
from contracts.events import TurnReceived
from tests.integration.chassis_kafka.conftest import MakeStage
from tests.support.kafka_stage import QUICKLY, Journal, Stage, conversation, turn
from tests.support.records import headers_of
from tests.support.waiting import until

NAMES = [f"visitor-{number}" for number in range(40)]
BOUND = 20


def taking_a_moment(journal: Journal, at_most_s: float) -> Callable[..., Awaitable[None]]:
    async def handle(event: CloudEvent[TurnReceived]) -> None:
        async with journal.handling(event):
            await asyncio.sleep(random.uniform(at_most_s / 10, at_most_s))

    return handle


async def test_conversations_run_at_once_as_many_as_wanted_and_each_in_its_order(
    make_stage: MakeStage,
) -> None:
    stage = await make_stage(topics=3)
    journal = Journal()

    for number, topic in enumerate(stage.topics):
        await stage.say(*((name, f"{number}-{count}") for count in range(5) for name in NAMES), topic=topic)
    async with stage.keyed(taking_a_moment(journal, 0.01), options=KeyedOptions(max_in_flight=20)):
        await until(lambda: len(journal.ended) == 600, within_s=30.0)

    assert 5 < journal.most_at_once <= 20
    for messages in journal.by_conversation().values():
        for number in range(3):
            of_topic = [message for message in messages if message.startswith(f"{number}-")]
            assert of_topic == [f"{number}-{count}" for count in range(5)]


async def test_records_without_a_key_keep_the_order_of_their_partition(stage: Stage) -> None:
    journal = Journal()
    events = [turn("nobody", str(number)) for number in range(30)]

    await stage.put(*((None, event.value(), headers_of(event)) for event in events), partition=2)
    async with stage.keyed(taking_a_moment(journal, 0.002)):
        await until(lambda: len(journal.ended) == 30)

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


async def test_a_hot_partition_is_paused_at_its_bound_while_the_others_flow_and_resumed(
    make_stage: MakeStage,
) -> None:
    stage = await make_stage(partitions=2)
    journal, in_hand, release = Journal(), list[int](), asyncio.Event()

    async def hold_the_hot_one(event: CloudEvent[TurnReceived]) -> None:
        async with journal.handling(event):
            in_hand.append(subscriber.lanes.held)
            if event.data.message == "hot 0":
                await release.wait()

    for name, partition, count in (("hot", 0, 200), ("cool", 1, 50)):
        await stage.say(*((name, f"{name} {number}") for number in range(count)), partition=partition)
    options = KeyedOptions(partition_bound=BOUND, retry=QUICKLY)
    async with stage.keyed(hold_the_hot_one, options=options) as subscriber:
        await until(lambda: len(journal.messages("cool")) == 50 and subscriber.lanes.held == BOUND)
        assert subscriber.consumer is not None
        paused = subscriber.consumer._subscription.paused_partitions
        await until(lambda: {home.partition for home in paused()} == {0})
        release.set()
        await stage.until_committed(250)
        assert paused() == set()

    assert max(in_hand) <= 2 * BOUND, "a bound for each of the two partitions"
    assert journal.messages("hot") == [f"hot {number}" for number in range(200)]
