"""Sealed records are handled in clear and stay sealed everywhere else; what does not open is told apart."""

import asyncio
from uuid import uuid4

import pytest
from structlog.testing import capture_logs

from chassis.kafka import Parked, parse_parked
from chassis.kafka.sealing import Sealing
from contracts.events import TurnReceived
from contracts.sealed import DATA_KEY
from tests.integration.chassis_kafka.conftest import metric, refusing
from tests.support.data_keys import KeyProcesses
from tests.support.kafka_stage import KINDS, Journal, Stage, conversation, turn
from tests.support.records import encoded
from tests.support.waiting import until

WORDS = "We sell Zanzibarian orchids."


@pytest.fixture
async def sealed(narrow: Stage, key_processes: KeyProcesses) -> Stage:
    """A stage whose records are sealed."""
    narrow.keys = key_processes.make()
    return narrow


async def log_of(stage: Stage, count: int) -> list[bytes]:
    async with stage.consumer(stage.topic) as consumer, asyncio.timeout(15):
        return [(await consumer.getone()).value for _ in range(count)]


@pytest.mark.parametrize("kind", KINDS)
async def test_a_handler_reads_what_stands_sealed_in_the_log_beside_what_never_was(
    sealed: Stage, kind: str
) -> None:
    await sealed.say(("ann", WORDS), ("ann", f"{WORDS} Two"), ("bob", f"{WORDS} Three"))
    plain = turn("ann", "of before there were keys")
    await sealed.put((plain.key, plain.value(), encoded(plain.headers())))
    async with sealed.reading(kind) as (_, handled):
        await sealed.until_committed(4)
    assert sorted(handled) == sorted([WORDS, f"{WORDS} Two", f"{WORDS} Three", "of before there were keys"])
    in_log = b"".join((await log_of(sealed, 4))[:3])
    assert b"orchids" not in in_log and in_log.count(b'"sealed"') == 3


@pytest.mark.parametrize("kind", KINDS)
async def test_records_of_an_erased_conversation_are_skipped_without_a_dead_letter(
    sealed: Stage, key_processes: KeyProcesses, kind: str
) -> None:
    # What is erased stays so: no other test may know these two.
    erased = f"eve, {kind}"
    await sealed.say((erased, WORDS), (erased, WORDS), ("bob", "hello"))
    await key_processes.erase(conversation(erased))
    skipped = {"group": sealed.group, "topic": sealed.topic, "result": "erased"}
    with capture_logs() as logs:
        async with sealed.reading(kind) as (subscriber, handled):
            await sealed.until_committed(3)
            assert not subscriber.faults()
    assert handled == ["hello"]
    assert metric("kafka_messages_processed_total", **skipped) == 2
    assert "record_parked" not in {line["event"] for line in logs}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("forged", ["the value", "the event's id", "another conversation's", "no such key"])
async def test_a_forged_record_is_parked_as_it_is_and_its_neighbours_are_handled(
    sealed: Stage, kind: str, forged: str
) -> None:
    (event,) = await Sealing(sealed.keys).serialise([turn("ann", WORDS)])
    headers, value = dict(event.headers), event.value
    if forged == "the value":
        value = value.replace(b'"sealed":"', b'"sealed":"AAAA')
    if forged == "the event's id":
        headers["ce_id"] = str(uuid4())
    if forged == "another conversation's":
        headers["ce_subject"] = str(conversation("bob"))
    if forged == "no such key":
        headers[DATA_KEY] = str(uuid4())
    await sealed.put((event.key, value, encoded(headers)))
    await sealed.say(("ann", "hello"))
    async with sealed.reading(kind) as (_, handled):
        await sealed.until_committed(2)
    (parked,) = await sealed.dead_letters(1)
    assert handled == ["hello"]
    assert (parked.value, dict(parked.headers)[DATA_KEY].decode()) == (value, headers[DATA_KEY])
    reason = dict(parked.headers)["x-dlq-reason"].decode()
    assert reason == ("DataKeyUnknown" if forged == "no such key" else "MalformedEvent")


@pytest.mark.parametrize("kind", KINDS)
async def test_records_whose_keys_cannot_be_read_now_wait_and_are_handled_later(
    sealed: Stage, key_processes: KeyProcesses, kind: str
) -> None:
    await sealed.say(("ann", WORDS), ("bob", "hello"))
    sealed.keys = reader = key_processes.make(is_cut=True)
    waiting = {"group": sealed.group, "topic": "batch" if kind == "batch" else sealed.topic}
    async with sealed.reading(kind) as (_, handled):
        await until(lambda: (metric("kafka_messages_retried_total", **waiting) or 0) > 1)
        assert handled == [] and await sealed.committed() == {}
        reader._table = key_processes.make()._table
        await sealed.until_committed(2)
    assert sorted(handled) == sorted([WORDS, "hello"])


async def test_a_dead_letter_stays_sealed_and_whoever_is_told_of_it_can_read_it(sealed: Stage) -> None:
    told, poison = list[Parked](), turn("ann", f"poison {WORDS}")

    async def take_note(parked: Parked) -> None:
        told.append(parked)

    await sealed.publish(poison)
    async with sealed.keyed(refusing(Journal()), on_parked=take_note):
        await sealed.until_committed(1)
    (parked,) = await sealed.dead_letters(1)
    assert b"orchids" not in (parked.value or b"")
    assert [parse_parked(each, TurnReceived) for each in told] == [poison]
