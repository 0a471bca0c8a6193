"""A record that fails waits or is parked; its neighbours never wait for it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from chassis.errors import PermanentError, TransientError, describe
from chassis.kafka import KeyedOptions, Parked, parse_parked
from chassis.kafka.record import Record
from contracts.cloudevent import CloudEvent
from contracts.events import TurnReceived
from contracts.registry import DEAD_LETTER_SUFFIX
from tests.integration.chassis_kafka.conftest import MakeStage
from tests.support.kafka_stage import QUICKLY, Journal, Stage, create_topics, turn
from tests.support.waiting import until

Header = tuple[str, bytes]


def failing_on(journal: Journal, message: str, failure: Exception) -> Callable[..., Awaitable[None]]:
    """A handler that always fails on this message."""

    async def handle(event: CloudEvent[TurnReceived]) -> None:
        async with journal.handling(event):
            if event.data.message == message:
                raise failure

    return handle


def headers_of(record: Record) -> dict[str, str]:
    return {name: value.decode() for name, value in record.headers if name.startswith("x-dlq-")}


async def test_a_record_that_waits_for_a_dependency_holds_up_only_its_own_key(
    make_stage: MakeStage,
) -> None:
    stage = await make_stage(partitions=1)
    journal, is_away, tries = Journal(), True, 0

    async def ask_dependency(event: CloudEvent[TurnReceived]) -> None:
        nonlocal tries
        async with journal.handling(event):
            if event.data.message == "needs it" and is_away:
                tries += 1
                raise TransientError("dependency away")

    await stage.say(("ann", "needs it"), ("ann", "next"), *(("bob", str(number)) for number in range(20)))
    async with stage.keyed(ask_dependency, options=KeyedOptions(max_in_flight=1, retry=QUICKLY)):
        # More tries than an unknown failure would get.
        await until(lambda: len(journal.messages("bob")) == 20 and tries > 8)
        assert journal.messages("ann") == []
        is_away = False
        await stage.until_committed(22)

    assert journal.messages("ann") == ["needs it", "next"]


async def test_a_record_that_fails_for_an_unknown_reason_waits_until_the_operator_parks_it(
    make_stage: MakeStage,
) -> None:
    stage = await make_stage(partitions=1)
    journal, fault = Journal(), ZeroDivisionError("ours")
    options = KeyedOptions(retry=replace(QUICKLY, unready_after_s=0.2))
    named = {"park_records": f"{stage.group}/{stage.topic}/0/1"}

    await stage.say(("ann", "before"), ("ann", "unlucky"), ("ann", "after"), ("bob", "hello"))
    async with stage.keyed(failing_on(journal, "unlucky", fault), options=options) as subscriber:
        await until(subscriber.faults)
        assert f"ZeroDivisionError (1 records, the oldest {stage.topic}/0/1)" in subscriber.faults()[0]
        await stage.until_committed(1)
    assert (journal.messages("ann"), journal.messages("bob")) == (["before"], ["hello"])
    async with stage.keyed(failing_on(journal, "unlucky", fault), settings=named):
        await stage.until_committed(4)
    (parked,) = await stage.dead_letters(1)

    assert journal.messages("ann") == ["before", "after"]
    assert headers_of(parked)["x-dlq-reason"] == "ParkedByOperator"


async def test_a_consumer_that_would_park_one_after_the_other_stops_until_it_can_handle_one(
    make_stage: MakeStage,
) -> None:
    stage = await make_stage(partitions=1)
    journal, is_broken = Journal(), True

    async def refuse_while_broken(event: CloudEvent[TurnReceived]) -> None:
        async with journal.handling(event):
            if is_broken:
                raise PermanentError("a fault of ours")

    await stage.say(*((f"visitor-{number}", "hello") for number in range(30)))
    async with stage.keyed(refuse_while_broken) as subscriber:
        await until(lambda: len(journal.begun) > 100)
        assert "5 records" in subscriber.faults()[0]
        is_broken = False
        await stage.until_committed(30)
        assert not subscriber.faults()

    assert len(journal.ended) == 25
    assert len(await stage.dead_letters(5)) == 5


async def test_a_record_that_cannot_be_handled_is_parked_and_its_key_goes_on(stage: Stage) -> None:
    journal, failure = Journal(), PermanentError("never")
    poison = turn("ann", "poison")

    await stage.say(("ann", "before"))
    await stage.publish(poison)
    await stage.say(("ann", "after"), ("bob", "hello"))
    async with stage.keyed(failing_on(journal, "poison", failure)):
        await stage.until_committed(4)
    (parked,) = await stage.dead_letters(1)

    assert journal.messages("ann") == ["before", "after"]
    assert (parked.key, parked.value) == (poison.key, poison.value())
    assert dict(parked.headers).items() >= {n: t.encode() for n, t in poison.headers().items()}.items()
    why = headers_of(parked)
    origin = why.pop("x-dlq-origin")
    assert origin.startswith(f"{stage.topic}/") and origin.endswith("/1")
    assert why == {
        "x-dlq-reason": type(failure).__name__,
        "x-dlq-error": describe(failure),
        "x-dlq-attempts": "1",
        "x-dlq-group": stage.group,
    }


async def test_nonsense_is_parked_to_the_byte(make_stage: MakeStage) -> None:
    stage = await make_stage(partitions=1)
    journal = Journal()
    good = [(name, text.encode()) for name, text in turn("ann", "x").headers().items()]
    doubled = [*good, ("note", b"one"), ("note", b"two"), ("traceparent", b"00-not-ours-01")]
    nonsense: list[tuple[bytes | None, bytes | None, list[Header]]] = [
        (b"ann", b"\x00\xff not JSON", good),
        (b"ann", b'{"conversation_id": 1}', doubled),
        (b"ann", b"{}", [("note", b"no type")]),
        (b"ann", turn("ann", "x").value(), [*good, ("ce_time", b"\xff\xfe")]),
        (b"ann", turn("ann", "x").value(), good[:3] + good[4:]),
        (b"ann", None, good),
        (None, b"", []),
    ]

    await stage.put(*nonsense)
    await stage.say(("ann", "hello"))
    async with stage.keyed(journal.note, settings={"park_limit": len(nonsense)}):
        await stage.until_committed(len(nonsense) + 1)
    found = await stage.dead_letters(len(nonsense))

    def own(record: Record) -> list[Header]:
        return [header for header in record.headers if not header[0].startswith("x-dlq-")]

    assert journal.messages("ann") == ["hello"]
    by_origin = sorted(found, key=lambda record: headers_of(record)["x-dlq-origin"])
    assert [(record.key, record.value, own(record)) for record in by_origin] == nonsense
    assert [headers_of(record)["x-dlq-reason"] for record in by_origin] == [
        "MalformedEvent",
        "MalformedEvent",
        "MalformedEvent",
        "MalformedEvent",
        "MalformedEvent",
        "MalformedEvent",
        "MalformedEvent",
    ]
    assert {headers_of(record)["x-dlq-attempts"] for record in by_origin} == {"1"}


async def test_a_record_that_holds_nothing_at_all_is_parked(make_stage: MakeStage) -> None:
    stage = await make_stage(partitions=1)
    nothing = stage.producer.create_batch()
    nothing.append(key=None, value=None, timestamp=None)

    await (await stage.producer.send_batch(nothing, stage.topic, partition=0))
    async with stage.keyed(Journal().note):
        await stage.until_committed(1)
    (parked,) = await stage.dead_letters(1)

    assert (parked.key, parked.value) == (None, b"")


async def test_a_record_that_is_too_large_to_be_parked_whole_says_where_it_is(make_stage: MakeStage) -> None:
    stage = await make_stage(partitions=1)
    journal = Journal()
    large = b"x" * (stage.producer._max_request_size - 200)

    await stage.put((b"ann", large, [("note", b"kept at its origin")]))
    await stage.say(("ann", "after"))
    async with stage.keyed(journal.note):
        await stage.until_committed(2)
    (parked,) = await stage.dead_letters(1)

    assert journal.messages("ann") == ["after"]
    assert (parked.key, parked.value) == (b"ann", b"")
    assert headers_of(parked)["x-dlq-origin"] == f"{stage.topic}/0/0"
    assert str(len(large)) in headers_of(parked)["x-dlq-omitted"]


@pytest.mark.beyond_tansu("makes a topic of whatever it is sent")
async def test_a_dead_letter_that_is_refused_is_sent_until_it_is_there(
    make_stage: MakeStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.kafka.dead_letter._SEND_TIMEOUT_S", 0.3)
    stage = await make_stage(partitions=1, dead_letters=False)
    journal = Journal()

    await stage.say(("ann", "poison"), ("ann", "after"), ("bob", "hello"))
    async with stage.keyed(failing_on(journal, "poison", PermanentError("never"))) as subscriber:
        await until(subscriber.faults)
        await until(lambda: journal.messages("bob") == ["hello"])
        assert journal.messages("ann") == []
        assert await stage.committed() == {}

        await create_topics(
            stage.settings.kafka_bootstrap_servers, stage.topic + DEAD_LETTER_SUFFIX, partitions=1
        )
        await stage.until_committed(3)
        assert not subscriber.faults()

    assert journal.messages("ann") == ["after"]
    assert len(await stage.dead_letters(1)) == 1


async def test_somebody_is_told_of_a_parked_record_until_note_is_taken(stage: Stage) -> None:
    journal, told = Journal(), list[Parked]()
    poison = turn("ann", "poison")

    async def take_note_at_the_third_time(parked: Parked) -> None:
        told.append(parked)
        if len(told) < 3:
            raise TransientError("database away")

    await stage.publish(poison)
    await stage.say(("ann", "after"))
    async with stage.keyed(
        failing_on(journal, "poison", PermanentError("never")), on_parked=take_note_at_the_third_time
    ):
        await stage.until_committed(2)

    assert {(parked.reason, parked.attempts) for parked in told} == {("PermanentError", 1)}
    assert [parse_parked(parked, TurnReceived) for parked in told] == [poison] * 3
    assert journal.messages("ann") == ["after"]
    assert headers_of((await stage.dead_letters(1))[0])["x-dlq-attempts"] == "1"


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

    assert cancelled == 2
    assert journal.messages("ann") == ["stuck", "after"]
