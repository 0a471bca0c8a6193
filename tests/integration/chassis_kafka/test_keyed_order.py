"""Many conversations at once, each in its order, over all topics."""

import asyncio
import random

from chassis.kafka import KeyedOptions
from contracts.cloudevent import CloudEvent
from contracts.events import TurnReceived
from tests.integration.chassis_kafka.conftest import MakeStage
from tests.support.kafka_stage import Journal, Stage, conversation, turn
from tests.support.waiting import until

NAMES = [f"visitor-{number}" for number in range(40)]


async def test_conversations_run_at_once_and_each_in_its_order(make_stage: MakeStage) -> None:
    stage = await make_stage(topics=3)
    journal = Journal()

    async def take_a_moment(event: CloudEvent[TurnReceived]) -> None:
        async with journal.handling(event):
            await asyncio.sleep(random.uniform(0, 0.01))

    for number, topic in enumerate(stage.topics):
        await stage.say(*((name, f"{number}-{count}") for count in range(5) for name in NAMES), topic=topic)
    async with stage.keyed(take_a_moment):
        await until(lambda: len(journal.ended) == 600)

    assert journal.most_at_once > 20
    for messages in journal.by_conversation().values():
        for number in range(3):
            of_topic = [message for message in messages if message.startswith(f"{number}-")]
            assert of_topic == [f"{number}-{count}" for count in range(5)]


async def test_no_more_handlers_run_at_once_than_wanted(stage: Stage) -> None:
    journal = Journal()

    async def take_a_moment(event: CloudEvent[TurnReceived]) -> None:
        async with journal.handling(event):
            await asyncio.sleep(0.005)

    await stage.say(*((name, "hello") for name in NAMES))
    async with stage.keyed(take_a_moment, options=KeyedOptions(max_in_flight=7)):
        await until(lambda: len(journal.ended) == len(NAMES))

    assert journal.most_at_once == 7


async def test_records_without_a_key_keep_the_order_of_their_partition(stage: Stage) -> None:
    journal = Journal()
    events = [turn("nobody", str(number)) for number in range(30)]

    async def take_a_moment(event: CloudEvent[TurnReceived]) -> None:
        async with journal.handling(event):
            await asyncio.sleep(random.uniform(0, 0.002))

    for event in events:
        headers = [(name, text.encode()) for name, text in event.headers().items()]
        await stage.put((None, event.value(), headers), partition=2)
    async with stage.keyed(take_a_moment):
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


async def test_event_types_without_a_handler_are_passed_over(stage: Stage) -> None:
    journal = Journal()
    other = [("ce_type", b"salesbot.SomethingNew.v1")]

    await stage.put(*((b"key", b"{}", other) for _ in range(5)))
    await stage.say(("visitor", "hello"))
    async with stage.keyed(journal.note):
        await stage.until_committed(6)

    assert journal.messages("visitor") == ["hello"]
