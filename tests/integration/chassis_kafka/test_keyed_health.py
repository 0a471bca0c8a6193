"""What an operator sees of a keyed subscriber, and that it leaves nothing behind."""

import asyncio

from prometheus_client import REGISTRY

from chassis.errors import PermanentError, TransientError
from chassis.kafka import KeyedOptions
from contracts.cloudevent import CloudEvent
from contracts.events import TurnReceived
from tests.support.kafka_stage import QUICKLY, Stage
from tests.support.waiting import until


async def test_the_gauges_tell_what_is_in_hand_and_are_zero_at_the_end(stage: Stage) -> None:
    def gauge(name: str) -> float | None:
        return REGISTRY.get_sample_value(f"salesbot_{name}", {"group": stage.group})

    async def hold(_event: CloudEvent[TurnReceived]) -> None:
        await asyncio.Event().wait()

    await stage.say(("ann", "1"), ("ann", "2"), ("bob", "3"))
    async with stage.keyed(hold, options=KeyedOptions(drain_timeout_s=0.1, commit_interval_s=0.01)):
        await until(lambda: gauge("held_records") == 3)
        assert (gauge("inflight_records"), gauge("lanes")) == (2, 2)
        await until(lambda: (gauge("watermark_age_seconds") or 0) > 0.05)

    names = ("held_records", "inflight_records", "lanes", "watermark_age_seconds")
    assert {name: gauge(name) for name in names} == dict.fromkeys(names, 0)


async def test_each_record_is_counted_by_how_it_ended(stage: Stage) -> None:
    async def refuse(event: CloudEvent[TurnReceived]) -> None:
        if event.data.message == "poison":
            raise PermanentError("never")

    def counted(result: str) -> float | None:
        labels = {"group": stage.group, "topic": stage.topic, "result": result}
        return REGISTRY.get_sample_value("salesbot_kafka_messages_processed_total", labels)

    await stage.say(("ann", "1"), ("ann", "poison"), ("bob", "3"))
    # A type that has no handler is passed over.
    await stage.put((b"key", b"{}", [("ce_type", b"salesbot.SomethingNew.v1")]))
    async with stage.keyed(refuse):
        await stage.until_committed(4)

    assert [counted(result) for result in ("done", "parked", "skipped")] == [2, 1, 1]


async def test_a_stopped_subscriber_leaves_no_task_behind(stage: Stage) -> None:
    async def wait_for_dependency(event: CloudEvent[TurnReceived]) -> None:
        if event.data.message == "away":
            raise TransientError("dependency away")
        await asyncio.Event().wait()

    before = asyncio.all_tasks()
    await stage.say(("ann", "away"), ("bob", "stuck"), ("bob", "queued"))
    options = KeyedOptions(drain_timeout_s=0.1, retry=QUICKLY)
    async with stage.keyed(wait_for_dependency, options=options) as subscriber:
        await until(lambda: subscriber.lanes.count == 2)
    await until(lambda: not asyncio.all_tasks() - before, within_s=2.0)

    assert (subscriber.lanes.held, subscriber.lanes.count) == (0, 0)
