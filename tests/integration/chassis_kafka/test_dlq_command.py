"""`salesbot dlq` as an operator types it: list, show, replay, drop."""

import asyncio
import json
import os
import sys
from functools import partial
from typing import Any

import pytest
from typer.testing import CliRunner

from chassis.kafka import Parked
from chassis.settings import ServiceSettings
from contracts.registry import DEAD_LETTER_SUFFIX
from devstack.cli import app
from tests.integration.chassis_kafka.test_dead_letter_queue import refusing
from tests.support.infrastructure import Infrastructure, Unique
from tests.support.kafka_stage import Journal, Stage, conversation
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


def environment(stage: Stage) -> dict[str, str]:
    """How the command finds the broker."""
    settings = stage.settings
    return {
        "KAFKA_BOOTSTRAP_SERVERS": settings.kafka_bootstrap_servers,
        "KAFKA_IDEMPOTENCE": str(settings.kafka_idempotence),
    }


async def dlq(stage: Stage, *arguments: str, fails: bool = False) -> str:
    """What the command prints; it must end well unless it `fails`. In this process, to be quick."""
    run = partial(CliRunner().invoke, app, ["dlq", *arguments], env=environment(stage))
    # The command has an event loop of its own.
    result = await asyncio.to_thread(run)
    assert (result.exit_code != 0) is fails, result.output
    assert "Traceback" not in result.output
    return result.output


async def typed(stage: Stage, *arguments: str) -> str:
    """What the command prints as a process of its own; it must end well."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "devstack",
        "dlq",
        *arguments,
        env=os.environ | environment(stage),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, errors = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0, errors.decode()
    return output.decode()


async def listed(stage: Stage, *arguments: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(await typed(stage, "list", "--json", *arguments))["letters"]
    return [letter for letter in found if letter["group"] == stage.group]


async def test_an_operator_sees_why_and_brings_the_letters_back(turns: Stage, unique: Unique) -> None:
    journal, is_broken = Journal(), True
    ann, bob = unique("ann"), unique("bob")
    secret = "poison for Mrs Featherstonehaugh"
    await turns.say((ann, secret), (ann, "poison 2"), (bob, "poison 3"), (ann, "fine"))

    parked = list[Parked]()

    async def note(each: Parked) -> None:
        parked.append(each)

    async with turns.keyed(refusing(journal, lambda: is_broken), on_parked=note):
        mine = {str(conversation(name)).encode() for name in (ann, bob)}
        # Other tests may have left poison in the topic.
        await until(lambda: sum(each.record.key in mine for each in parked) == 3, within_s=60)
        await until(lambda: journal.messages(ann) == ["fine"])
        letters = await listed(turns)
        of_ann = [letter for letter in letters if letter["conversation_id"] == str(conversation(ann))]
        assert [letter["reason"] for letter in of_ann] == ["PermanentError"] * 2
        first, second = (letter["id"] for letter in of_ann)
        assert first.startswith(_TURNS + DEAD_LETTER_SUFFIX)

        table = await typed(turns, "list", "--conversation", str(conversation(ann)))
        assert first in table
        assert "Featherstonehaugh" not in table + await dlq(turns, "show", first)
        assert secret in await dlq(turns, "show", first, "--body")

        assert first in await dlq(turns, "replay", second, fails=True)
        is_broken = False
        replayed = await typed(turns, "replay", "--conversation", str(conversation(ann)))
        assert "replayed 2 of 2" in replayed
        await until(lambda: journal.messages(ann) == ["fine", secret, "poison 2"])

        assert await listed(turns, "--conversation", str(conversation(ann))) == []
        assert len(await listed(turns, "--conversation", str(conversation(bob)))) == 1
        assert "was replayed" in await dlq(turns, "replay", first, second)
        assert journal.messages(ann) == ["fine", secret, "poison 2"]


async def test_what_is_dropped_is_never_handled(turns: Stage, unique: Unique) -> None:
    bob = unique("bob")
    await turns.say((bob, "poison"))

    parked = list[Parked]()

    async def note(each: Parked) -> None:
        parked.append(each)

    async with turns.keyed(refusing(Journal(), lambda: True), on_parked=note):
        key = str(conversation(bob)).encode()
        await until(lambda: any(each.record.key == key for each in parked), within_s=60)
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
