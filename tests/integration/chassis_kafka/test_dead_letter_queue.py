"""Dead letters can be read, replayed in their order or dropped, also as an operator types it, and once."""

import asyncio
import json
from collections import Counter
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from typing import Any

import pytest
from typer.testing import CliRunner

from chassis.kafka import KafkaCluster, Parked
from chassis.kafka.dead_letter_queue import DeadLetterQueue, OriginalGone, open_dead_letters
from chassis.kafka.letter import Letter
from chassis.kafka.replay_order import plan_replay
from contracts.registry import DEAD_LETTER_SUFFIX
from devstack.cli import app
from tests.integration.chassis_kafka.conftest import refusing
from tests.support.data_keys import SECRET, KeyProcesses
from tests.support.infrastructure import Unique
from tests.support.kafka_stage import Handler, Journal, Stage, conversation, turn
from tests.support.records import headers_of
from tests.support.topics import begin_at_end, create_topics
from tests.support.waiting import until


def queue_of(stage: Stage) -> AbstractAsyncContextManager[DeadLetterQueue]:
    topics = [topic + DEAD_LETTER_SUFFIX for topic in stage.topics]
    servers, idempotence = stage.settings.kafka_bootstrap_servers, stage.settings.kafka_idempotence
    return open_dead_letters(KafkaCluster.at(servers, idempotence=idempotence), topics, operator="tests")


async def open_letters(queue: DeadLetterQueue) -> list[Letter]:
    return [letter for letter in await queue.read() if letter.settlement is None]


async def test_a_replayed_record_is_the_original_to_the_byte(stage: Stage) -> None:
    poison = turn("ann", "poison")
    odd = [*headers_of(poison), ("note", b"one"), ("note", b"\xff"), ("traceparent", b"00-not-ours-01")]
    await stage.put((poison.key, poison.value(), odd), (b"ann", None, []), (None, b"\x00\xff", []))
    async with stage.keyed(refusing(Journal())), queue_of(stage) as queue:
        await stage.until_committed(3)
        letters = await open_letters(queue)
        where = {letter.key: await queue.replay([letter]) for letter in letters}
        replayed = {key: await queue._record(address) for key, address in where.items()}
    found = {key: (record.value, list(record.headers)) for key, record in replayed.items() if record}
    assert found == {poison.key: (poison.value(), odd), b"ann": (None, []), None: (b"\x00\xff", [])}
    assert {address.topic for address in where.values()} == {stage.topic}


async def test_a_letter_that_fails_again_keeps_its_place_and_two_of_one_are_sent_once(narrow: Stage) -> None:
    other = replace(narrow, group=narrow.group + "-other")
    await narrow.say(("ann", "poison 1"), ("ann", "poison 2"))
    async with narrow.keyed(refusing(Journal())), queue_of(narrow) as queue:
        await narrow.until_committed(2)
        first, _ = await open_letters(queue)
        async with other.keyed(refusing(Journal())):
            await other.until_committed(2)
            (together,) = plan_replay(await queue.read(), [first.id], overtake=False)
            await queue.replay(together)
            await asyncio.gather(narrow.until_committed(3), other.until_committed(3))
        letters = await open_letters(queue)

    again = [letter for letter in letters if letter.replays]
    second = [letter for letter in letters if not letter.replays]
    assert len(again) == len(second) == 2
    assert {letter.first_origin for letter in again} == {first.origin}
    plan = plan_replay(letters, [letter.id for letter in letters], overtake=False)
    assert plan == [again, second]


async def test_what_was_too_large_to_be_parked_is_replayed_from_its_origin(stage: Stage) -> None:
    # Fits as it is, and not with the headers of a dead letter.
    value, headers = b"x" * (stage.producer._max_request_size - 200), [("note", b"kept at its origin")]
    await stage.put((b"ann", value, headers))
    async with stage.keyed(refusing(Journal())), queue_of(stage) as queue:
        await stage.until_committed(1)
        (letter,) = await open_letters(queue)
        assert not letter.is_whole

        record = await queue._record(await queue.replay([letter]))
    assert (record.value, list(record.headers)) == (value, headers)


async def test_a_letter_whose_original_is_gone_says_so(stage: Stage) -> None:
    home = ("x-dlq-origin", f"{stage.topic}/0/99".encode())
    omitted = ("x-dlq-omitted", b"value and headers: 7 bytes of value")
    await stage.put((b"ann", b"", [home, omitted]), topic=stage.topic + DEAD_LETTER_SUFFIX)
    async with queue_of(stage) as queue:
        (letter,) = await open_letters(queue)
        with pytest.raises(OriginalGone, match="drop it"):
            await queue.replay([letter])


_TURNS = "conversation.turns.v1"


@pytest.fixture
async def turns(
    stage: Stage, key_processes: KeyProcesses, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> Stage:
    """The product's own topic, because that is what the command looks at; the group is the test's.

    It begins at the end of what others have left there, under keys that it does not have.
    """
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("DATA_KEY_SECRET", SECRET)
    await asyncio.to_thread(create_topics, stage.settings.kafka_bootstrap_servers)
    turns = replace(stage, topics=(_TURNS,), partitions=24, keys=key_processes.make())
    await begin_at_end(stage.settings.kafka_bootstrap_servers, turns.group, _TURNS)
    return turns


async def dlq(stage: Stage, *arguments: str, fails: bool = False) -> str:
    """What the command prints; it must end well unless it `fails`. In this process, to be quick."""
    told = stage.settings
    servers, idempotence = told.kafka_bootstrap_servers, str(told.kafka_idempotence)
    env = {"KAFKA_BOOTSTRAP_SERVERS": servers, "KAFKA_IDEMPOTENCE": idempotence}
    # The command has an event loop of its own.
    result = await asyncio.to_thread(CliRunner().invoke, app, ["dlq", *arguments], env=env)
    assert (result.exit_code != 0) is fails, result.output
    assert "Traceback" not in result.output
    return result.output


async def listed(stage: Stage, *arguments: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(await dlq(stage, "list", "--json", *arguments))["letters"]
    return [letter for letter in found if letter["group"] == stage.group]


async def park(stage: Stage, handler: Handler, *names: str) -> None:
    """Let a worker park one record for each of these conversations, and what others left sealed."""
    parked: Counter[bytes | None] = Counter()

    async def note(each: Parked) -> None:
        parked[each.record.key] += 1

    async with stage.keyed(handler, on_parked=note, settings={"park_limit": 10_000}):
        expected = Counter(str(conversation(name)).encode() for name in names)
        await until(lambda: expected <= parked, within_s=60)


async def test_an_operator_sees_why_and_replays_or_drops_the_letters(
    turns: Stage, unique: Unique, key_processes: KeyProcesses
) -> None:
    journal, is_broken, ann, bob = Journal(), True, unique("ann"), unique("bob")
    of_ann, of_bob = (("--conversation", str(conversation(name))) for name in (ann, bob))
    secret = "poison for Mrs Featherstonehaugh"
    await turns.say((ann, secret), (ann, "poison 2"), (ann, "poison 3"), (bob, "poison 4"))
    handler = refusing(journal, is_broken=lambda: is_broken)
    await park(turns, handler, ann, ann, ann, bob)

    letters = await listed(turns, *of_ann)
    assert [letter["reason"] for letter in letters] == ["PermanentError"] * 3
    first, second, third = (letter["id"] for letter in letters)
    assert first.startswith(_TURNS + DEAD_LETTER_SUFFIX)
    table = await dlq(turns, "list", *of_ann)
    assert first in table
    assert "Featherstonehaugh" not in table + await dlq(turns, "show", first)
    assert secret in await dlq(turns, "show", first, "--body")
    assert first in await dlq(turns, "replay", second, fails=True)

    # As if it had been interrupted, and then been told again in another order.
    assert "replayed 1 of 1" in await dlq(turns, "replay", first)
    again = await dlq(turns, "replay", third, second, first)
    assert "replayed 2 of 2" in again
    assert "was replayed" in again
    is_broken = False
    async with turns.keyed(handler):
        await until(lambda: journal.messages(ann) == [secret, "poison 2", "poison 3"])
    assert await listed(turns, *of_ann) == []

    (letter,) = await listed(turns, *of_bob)
    await key_processes.erase(conversation(bob))
    assert "erased" in (shown := await dlq(turns, "show", letter["id"], "--body")) and "poison 4" not in shown
    assert "Aborted" in await dlq(turns, "drop", letter["id"], fails=True)
    assert "dropped 1" in await dlq(turns, "drop", letter["id"], "--yes")
    assert await listed(turns, *of_bob) == []
    assert "was dropped" in await dlq(turns, "replay", letter["id"])
    assert "dropped at" in await dlq(turns, "show", letter["id"])
