"""Memory is bounded whatever one partition brings, and the others flow."""

import asyncio

from chassis.kafka import KeyedOptions
from contracts.cloudevent import CloudEvent
from contracts.events import TurnReceived
from tests.integration.chassis_kafka.conftest import MakeStage
from tests.support.kafka_stage import QUICKLY, Journal, turn
from tests.support.waiting import until

BOUND = 20


async def test_a_hot_partition_is_paused_at_its_bound_and_resumed(make_stage: MakeStage) -> None:
    stage = await make_stage(partitions=2)
    release = asyncio.Event()
    journal, in_hand = Journal(), list[int]()

    async def hold_the_hot_one(event: CloudEvent[TurnReceived]) -> None:
        async with journal.handling(event):
            in_hand.append(subscriber.lanes.held)
            if event.data.message == "hot 0":
                await release.wait()

    def headers(event: CloudEvent[TurnReceived]) -> list[tuple[str, bytes]]:
        return [(name, text.encode()) for name, text in event.headers().items()]

    for name, partition, count in (("hot", 0, 500), ("cool", 1, 50)):
        events = [turn(name, f"{name} {number}") for number in range(count)]
        records = [(event.key, event.value(), headers(event)) for event in events]
        await stage.put(*records, partition=partition)
    options = KeyedOptions(partition_bound=BOUND, retry=QUICKLY)
    async with stage.keyed(hold_the_hot_one, options=options) as subscriber:
        await until(lambda: len(journal.messages("cool")) == 50 and subscriber.lanes.held == BOUND)
        assert subscriber.consumer is not None
        paused = subscriber.consumer._subscription.paused_partitions
        await until(lambda: {home.partition for home in paused()} == {0})
        release.set()
        await stage.until_committed(550)
        assert paused() == set()

    assert max(in_hand) <= 2 * BOUND, "a bound for each of the two partitions"
    assert journal.messages("hot") == [f"hot {number}" for number in range(500)]


async def test_one_waiting_key_stops_only_its_own_partition(make_stage: MakeStage) -> None:
    stage = await make_stage(partitions=6)
    release = asyncio.Event()
    journal = Journal()
    names = [f"visitor-{number}" for number in range(60)]

    async def hold_one(event: CloudEvent[TurnReceived]) -> None:
        async with journal.handling(event):
            if event.data.message == "hold":
                await release.wait()

    await stage.say(("held", "hold"))
    await stage.say(*((name, str(count)) for count in range(20) for name in names))
    options = KeyedOptions(partition_bound=BOUND, retry=QUICKLY)
    async with stage.keyed(hold_one, options=options) as subscriber:
        await until(lambda: len(journal.ended) > 1200 * 4 / 6 and subscriber.lanes.held == BOUND)
        assert len(journal.ended) < 1200
        release.set()
        await stage.until_committed(1201)

    assert all(
        messages == [str(count) for count in range(20)]
        for messages in journal.by_conversation().values()
        if messages != ["hold"]
    )
