"""A record that fails waits or is parked, its neighbours never wait for it, and an operator sees it."""

import asyncio
from dataclasses import replace
from functools import partial

import pytest

from chassis.errors import PermanentError, TransientError
from chassis.kafka import KeyedOptions, Parked, parse_parked
from contracts.cloudevent import CloudEvent
from contracts.events import TurnReceived
from contracts.registry import DEAD_LETTER_SUFFIX
from tests.integration.chassis_kafka.conftest import MakeStage, metric, refusing
from tests.support.kafka_stage import QUICKLY, Journal, Stage, create_topics, turn
from tests.support.records import headers_of
from tests.support.waiting import until


async def test_a_record_that_fails_over_our_fault_waits_until_an_operator_parks_it(narrow: Stage) -> None:
    journal, fault = Journal(), ZeroDivisionError("ours")
    # One that waits holds no slot.
    options = KeyedOptions(max_in_flight=1, retry=replace(QUICKLY, unready_after_s=0.2))
    named = {"park_records": f"{narrow.group}/{narrow.topic}/0/1"}
    await narrow.say(("ann", "before"), ("ann", "poison"), ("ann", "after"), ("bob", "hello"))
    async with narrow.keyed(refusing(journal, fault), options=options) as subscriber:
        await until(subscriber.faults)
        assert f"ZeroDivisionError (1 records, the oldest {narrow.topic}/0/1)" in subscriber.faults()[0]
        await narrow.until_committed(1)
    assert (journal.messages("ann"), journal.messages("bob")) == (["before"], ["hello"])
    async with narrow.keyed(refusing(journal, fault), settings=named):
        await narrow.until_committed(4)
    (parked,) = await narrow.dead_letters(1)

    assert journal.messages("ann") == ["before", "after"]
    why = dict(parked.headers)
    assert (why["x-dlq-reason"], why["x-dlq-attempts"]) == (b"ParkedByOperator", b"0")


async def test_a_consumer_that_would_park_one_after_another_stops_until_one_succeeds(narrow: Stage) -> None:
    journal, is_broken = Journal(), True
    await narrow.say(*((f"visitor-{number}", "poison") for number in range(30)))
    async with narrow.keyed(refusing(journal, is_broken=lambda: is_broken)) as subscriber:
        await until(lambda: len(journal.begun) > 100)
        assert "5 records" in subscriber.faults()[0]
        is_broken = False
        await narrow.until_committed(30)
        assert not subscriber.faults()

    assert (len(journal.ended), len(await narrow.dead_letters(5))) == (25, 5)


async def test_a_record_that_cannot_be_handled_is_parked_and_told_and_its_key_goes_on(stage: Stage) -> None:
    journal, told, failure = Journal(), list[Parked](), PermanentError("never")
    poison = turn("ann", "poison")

    async def take_note_at_the_third_time(parked: Parked) -> None:
        told.append(parked)
        if len(told) < 3:
            raise TransientError("database away")

    await stage.say(("ann", "before"))
    # As if it had been parked before: of that nothing is told.
    await stage.put((poison.key, poison.value(), [*headers_of(poison), ("x-dlq-reason", b"Old")]))
    await stage.say(("ann", "after"), ("bob", "hello"))
    async with stage.keyed(refusing(journal, failure), on_parked=take_note_at_the_third_time):
        await stage.until_committed(4)
    (parked,) = await stage.dead_letters(1)

    assert journal.messages("ann") == ["before", "after"]
    assert [parse_parked(each, TurnReceived) for each in told] == [poison] * 3
    assert (parked.key, parked.value) == (poison.key, poison.value())
    *headers, reason, error, attempts, origin, group = parked.headers
    assert headers == headers_of(poison)
    why = [("x-dlq-reason", b"PermanentError"), ("x-dlq-error", b"never"), ("x-dlq-attempts", b"1")]
    assert [reason, error, attempts, group] == [*why, ("x-dlq-group", stage.group.encode())]
    assert origin[1].startswith(f"{stage.topic}/".encode()) and origin[1].endswith(b"/1")


@pytest.mark.beyond_tansu("makes a topic of whatever it is sent")
async def test_a_refused_dead_letter_is_sent_again(make_stage: MakeStage, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("chassis.kafka.dead_letter._SEND_TIMEOUT_S", 0.3)
    stage = await make_stage(partitions=1, dead_letters=False)
    journal = Journal()
    await stage.say(("ann", "poison"), ("ann", "after"), ("bob", "hello"))
    async with stage.keyed(refusing(journal)) as subscriber:
        await until(subscriber.faults)
        await until(lambda: journal.messages("bob") == ["hello"])
        assert journal.messages("ann") == []
        assert await stage.committed() == {}

        servers = stage.settings.kafka_bootstrap_servers
        await create_topics(servers, stage.topic + DEAD_LETTER_SUFFIX, partitions=1)
        await stage.until_committed(3)
        assert not subscriber.faults()

    assert (journal.messages("ann"), len(await stage.dead_letters(1))) == (["after"], 1)


async def test_a_stuck_handler_is_cancelled_tried_again_and_holds_up_nobody(stage: Stage) -> None:
    journal, cancelled = Journal(), 0

    async def get_stuck(event: CloudEvent[TurnReceived]) -> None:
        nonlocal cancelled
        async with journal.handling(event):
            if event.data.message == "stuck" and cancelled < 2:
                try:
                    await asyncio.Event().wait()
                finally:
                    cancelled += 1

    await stage.say(("ann", "stuck"), ("ann", "after"), *(("bob", str(number)) for number in range(5)))
    options = KeyedOptions(handler_timeout_s=0.3, max_in_flight=2, retry=QUICKLY)
    async with stage.keyed(get_stuck, options=options):
        await until(lambda: len(journal.messages("bob")) == 5)
        assert cancelled == 0, "the neighbours waited"
        await stage.until_committed(7)

    assert (cancelled, journal.messages("ann")) == (2, ["stuck", "after"])


async def test_records_in_hand_and_their_ends_are_shown_and_a_stop_leaves_nothing(stage: Stage) -> None:
    failures = {"poison": PermanentError("never"), "away": TransientError("dependency away")}

    async def handle(event: CloudEvent[TurnReceived]) -> None:
        if event.data.message in failures:
            raise failures[event.data.message]
        if event.data.message == "stuck":
            await asyncio.Event().wait()

    shown, before = partial(metric, group=stage.group), asyncio.all_tasks()
    await stage.say(("ann", "good"), ("ann", "poison"), ("ann", "stuck"), ("ann", "queued"), ("bob", "away"))
    # A type that has no handler is passed over.
    await stage.put((b"key", b"{}", [("ce_type", b"salesbot.SomethingNew.v1")]))
    options = KeyedOptions(drain_timeout_s=0.1, commit_interval_s=0.01, retry=QUICKLY)
    async with stage.keyed(handle, options=options) as subscriber:
        await stage.until_committed(3)
        await until(lambda: shown("held_records") == 3)
        assert (shown("lanes"), subscriber.lanes.count) == (2, 2)
        # The one that waits to be tried again is in flight now and then.
        await until(lambda: shown("inflight_records") == 1)
        await until(lambda: (shown("watermark_age_seconds") or 0) > 0.05)
    await until(lambda: not asyncio.all_tasks() - before, within_s=2.0)

    counted = "kafka_messages_processed_total"
    ends = {end: shown(counted, topic=stage.topic, result=end) for end in ("done", "parked", "skipped")}
    assert ends == dict.fromkeys(("done", "parked", "skipped"), 1)
    names = ("held_records", "inflight_records", "lanes", "watermark_age_seconds")
    assert {name: shown(name) for name in names} == dict.fromkeys(names, 0)
    assert (subscriber.lanes.held, subscriber.lanes.count) == (0, 0)
