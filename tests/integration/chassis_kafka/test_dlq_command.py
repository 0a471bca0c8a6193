"""`salesbot dlq` as an operator types it: list, show, replay, drop."""

import asyncio
import json
from collections import Counter
from typing import Any

import pytest
from typer.testing import CliRunner

from chassis.kafka import Parked
from chassis.settings import ServiceSettings
from contracts.registry import DEAD_LETTER_SUFFIX
from devstack.cli import app
from tests.integration.chassis_kafka.test_dead_letter_queue import refusing
from tests.support.infrastructure import Infrastructure, Unique
from tests.support.kafka_stage import Handler, Journal, Stage, conversation
from tests.support.topics import create_topics
from tests.support.waiting import until

_TURNS = "conversation.turns.v1"


@pytest.fixture
async def turns(
    infra: Infrastructure, kafka_settings: ServiceSettings, producer: Any, unique: Unique
) -> Stage:
    """The product's own topic, because that is what the command looks at; the group is the test's."""
    await asyncio.to_thread(create_topics, infra.kafka_bootstrap)
    return Stage(kafka_settings, (_TURNS,), unique("group"), producer, 24)


async def dlq(stage: Stage, *arguments: str, fails: bool = False) -> str:
    """What the command prints; it must end well unless it `fails`. In this process, to be quick."""
    env = {
        "KAFKA_BOOTSTRAP_SERVERS": stage.settings.kafka_bootstrap_servers,
        "KAFKA_IDEMPOTENCE": str(stage.settings.kafka_idempotence),
    }
    # The command has an event loop of its own.
    result = await asyncio.to_thread(CliRunner().invoke, app, ["dlq", *arguments], env=env)
    assert (result.exit_code != 0) is fails, result.output
    assert "Traceback" not in result.output
    return result.output


async def listed(stage: Stage, *arguments: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(await dlq(stage, "list", "--json", *arguments))["letters"]
    return [letter for letter in found if letter["group"] == stage.group]


async def park(stage: Stage, handler: Handler, *names: str) -> None:
    """Let a worker park one record for each of these conversations, and maybe what others left."""
    parked: Counter[bytes | None] = Counter()

    async def note(each: Parked) -> None:
        parked[each.record.key] += 1

    async with stage.keyed(handler, on_parked=note):
        expected = Counter(str(conversation(name)).encode() for name in names)
        await until(lambda: expected <= parked, within_s=60)


async def test_an_operator_sees_why_and_brings_the_letters_back(turns: Stage, unique: Unique) -> None:
    journal, is_broken, ann, bob = Journal(), True, unique("ann"), unique("bob")
    of_ann, of_bob = (("--conversation", str(conversation(name))) for name in (ann, bob))
    secret = "poison for Mrs Featherstonehaugh"
    await turns.say((ann, secret), (ann, "poison 2"), (bob, "poison 3"))
    handler = refusing(journal, lambda: is_broken)
    await park(turns, handler, ann, ann, bob)

    letters = await listed(turns, *of_ann)
    assert [letter["reason"] for letter in letters] == ["PermanentError"] * 2
    first, second = (letter["id"] for letter in letters)
    assert first.startswith(_TURNS + DEAD_LETTER_SUFFIX)
    table = await dlq(turns, "list", *of_ann)
    assert first in table
    assert "Featherstonehaugh" not in table + await dlq(turns, "show", first)
    assert secret in await dlq(turns, "show", first, "--body")
    assert first in await dlq(turns, "replay", second, fails=True)

    assert "replayed 2 of 2" in await dlq(turns, "replay", *of_ann)
    is_broken = False
    async with turns.keyed(handler):
        await until(lambda: journal.messages(ann) == [secret, "poison 2"])
    assert await listed(turns, *of_ann) == []
    assert len(await listed(turns, *of_bob)) == 1
    assert "was replayed" in await dlq(turns, "replay", first, second)


async def test_what_is_dropped_is_never_handled(turns: Stage, unique: Unique) -> None:
    bob = unique("bob")
    await turns.say((bob, "poison"))
    await park(turns, refusing(Journal(), lambda: True), bob)
    (letter,) = await listed(turns, "--conversation", str(conversation(bob)))

    assert "Aborted" in await dlq(turns, "drop", letter["id"], fails=True)
    assert "dropped 1" in await dlq(turns, "drop", letter["id"], "--yes")

    assert await listed(turns, "--conversation", str(conversation(bob))) == []
    assert "was dropped" in await dlq(turns, "replay", letter["id"])
    assert "dropped at" in await dlq(turns, "show", letter["id"])


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["replay"], "say which"),
        (["show", "nonsense"], "topic/partition/offset"),
        (["show", f"{_TURNS}.dlq/0/999999"], "there is no dead letter"),
        (["list", "--kafka", "127.0.0.1:1"], "127.0.0.1:1 did not answer"),
    ],
)
async def test_what_cannot_be_done_is_one_clear_line(turns: Stage, arguments: list[str], says: str) -> None:
    assert says in await dlq(turns, *arguments, fails=True)
