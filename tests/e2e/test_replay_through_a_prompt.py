"""The log led again through another prompt, by a model that does what its prompt says."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from chassis.kafka import KafkaCluster
from evals import sensible
from evals.replay import read_log
from evals.replay.command import replay_through_services
from evals.replay.leading import as_stored, by_services
from playbook import load_playbook
from tests.support.fake_openai import FakeOpenAI
from tests.support.infrastructure import Infrastructure
from tests.support.playbooks import DEFAULT, PROMPT, SHIPPED, plain_values, written
from tests.support.preloaded_service import PreloadedService
from tests.support.product import Product

LINES = ("Hi, the fax machine is our nemesis.", "I run a dental clinic.")
WANTED = "What somebody curses wastes their time."


def reads_as_told(body: dict[str, Any]) -> dict[str, Any]:
    """A model that reads what wastes time only where its prompt wants that."""
    answer = sensible.answer(body)
    told = "\n".join(one["content"] for one in body["messages"] if one["role"] == "system")
    last = body["messages"][-1]["content"]
    if "understanding" in answer and WANTED in told and "fax" in last:
        waster = {"slot": "time_wasters", "op": "set", "value": "the fax machine", "quote": "the fax machine"}
        answer["understanding"]["updates"].append(waster)
    return answer


def make_model() -> FakeOpenAI:
    return FakeOpenAI(responder=reads_as_told)


@pytest.fixture(autouse=True)
def replaying(model: FakeOpenAI, monkeypatch: pytest.MonkeyPatch) -> None:
    """What replays asks the same model."""
    for name, value in model.env().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("evals.stack.ServiceProcess", PreloadedService)


def test_another_prompt_shows_what_it_would_change(product: Product, infra: Infrastructure, tmp_path: Path):
    told = plain_values(PROMPT)
    told["turn"]["rules"] += f"\n{WANTED}"
    prompt = written(tmp_path, told)
    visitor = product.visitor()
    for line in LINES:
        visitor.say(line)
    log = asyncio.run(read_log(KafkaCluster.at(infra.kafka_bootstrap), product.data_keys))
    stored = [one for one in log if str(one.conversation_id) == visitor.conversation_id]

    (difference,) = asyncio.run(replay_through_services(stored, DEFAULT, prompt=prompt))

    assert str(difference.changes["slot time_wasters"]) == "- → the fax machine"
    before = as_stored(stored)
    after = by_services(load_playbook(DEFAULT, prompt=prompt), file=DEFAULT, prompt=prompt)
    assert before.prompts == (SHIPPED.prompt.digest,)
    assert before.playbooks == (SHIPPED.digest,)
    assert after.prompts != before.prompts
    assert str(prompt) in str(after)
