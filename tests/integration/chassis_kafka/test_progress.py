"""A group has caught up once what was published before is handled and committed, of all its topics."""

import asyncio

import pytest

from chassis.kafka import KafkaCluster
from chassis.kafka.progress import GroupBehind, GroupProgress
from contracts.cloudevent import CloudEvent
from contracts.events import TurnReceived
from tests.integration.chassis_kafka.conftest import MakeStage
from tests.support.kafka_stage import Journal, Stage
from tests.support.waiting import until


def progress_of(stage: Stage, *, timeout_s: float = 30.0) -> GroupProgress:
    servers = stage.settings.kafka_bootstrap_servers
    return GroupProgress(KafkaCluster.at(servers), stage.group, stage.topics, timeout_s=timeout_s)


async def test_it_waits_for_what_was_published_before_and_for_nothing_later(make_stage: MakeStage) -> None:
    stage = await make_stage(topics=2)
    journal, is_open, is_held = Journal(), asyncio.Event(), asyncio.Event()

    async def hold_the_last(event: CloudEvent[TurnReceived]) -> None:
        if event.data.message != "first":
            is_held.set()
            await is_open.wait()
        await journal.note(event)

    # A group that never read has nothing to catch up with where nothing is.
    await progress_of(stage).catch_up()
    async with stage.keyed(hold_the_last):
        await stage.say(("ada", "first"))
        await progress_of(stage).catch_up()
        assert journal.messages("ada") == ["first"]

        await stage.say(("bob", "held"), topic=stage.topics[1])
        await is_held.wait()
        waiting = asyncio.create_task(progress_of(stage).catch_up())
        with pytest.raises(GroupBehind):
            await progress_of(stage, timeout_s=1.0).catch_up()
        assert not waiting.done()
        is_open.set()
        await waiting
        assert journal.messages("bob") == ["held"]


async def test_what_nobody_has_read_yet_is_waited_for_and_a_broker_that_is_away_is_told(
    stage: Stage,
) -> None:
    await stage.say(("ada", "first"))
    with pytest.raises(GroupBehind):
        await progress_of(stage, timeout_s=1.0).catch_up()
    journal = Journal()
    async with stage.keyed(journal.note):
        await until(lambda: journal.messages("ada") == ["first"])
        await progress_of(stage).catch_up()
    with pytest.raises(GroupBehind):
        await GroupProgress(
            KafkaCluster.at("127.0.0.1:9"), stage.group, stage.topics, timeout_s=5.0
        ).catch_up()
