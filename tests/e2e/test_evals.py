"""Every persona through the real services, at the same time: the gate of the conversation's quality."""

import asyncio

import pytest
from click.testing import Result
from typer.testing import CliRunner

from evals.cli import app
from evals.gate import faults
from evals.replay import Stored, read_api, read_log
from evals.replay.command import replay_in_process
from evals.run import run_over_http
from evals.scoring import Summary
from tests.support.effort import IS_THOROUGH
from tests.support.gated import gated_personas
from tests.support.infrastructure import Infrastructure
from tests.support.playbooks import SHIPPED
from tests.support.product import API_KEY, Product

PLAYBOOK = SHIPPED


@pytest.fixture(scope="module")
def summary(product: Product) -> Summary:
    personas = gated_personas()
    # In the domain alone all of them are played in any case.
    played = personas if IS_THOROUGH else personas[::6]
    return asyncio.run(run_over_http(product.url, played, PLAYBOOK, api_key=API_KEY))


def test_every_persona_is_understood_and_led_where_it_wants_to_go(summary: Summary):
    assert faults(summary) == []


def test_the_log_led_again_by_the_same_playbook_is_the_same(summary: Summary, infra: Infrastructure):
    stored = _played_here(asyncio.run(read_log(infra.kafka_bootstrap)), summary)

    differences = asyncio.run(replay_in_process(stored, PLAYBOOK))

    assert len(differences) == len(summary.scores)
    assert [difference for difference in differences if difference.changes] == []


def test_the_api_tells_the_same_conversations_as_the_log(summary: Summary, product: Product):
    stored = _played_here(asyncio.run(read_api(product.url, API_KEY)), summary)

    differences = asyncio.run(replay_in_process(stored, PLAYBOOK))

    # Of the stages the API tells the last one.
    changes = [name for difference in differences for name in difference.changes if name != "stages"]
    assert len(differences) == len(summary.scores)
    assert changes == []


def test_without_a_key_the_gate_stays_shut_because_the_cost_is_unknown(product: Product):
    tried = _eval("--gate", "--url", product.url)

    assert tried.exit_code == 1
    assert "✗ what 1 of 1 conversations cost is unknown: give an API key of scope read" in _flat(tried.output)


@pytest.mark.parametrize("option", [("--no-cost",), ("--api-key", API_KEY)])
def test_who_gives_a_key_or_does_without_the_cost_opens_the_gate(product: Product, option: tuple[str, ...]):
    tried = _eval("--gate", "--url", product.url, *option)

    assert tried.exit_code == 0


def _eval(*options: str) -> Result:
    chosen = ("--set", "known", "--only", "correcting_downwards")
    return CliRunner().invoke(app, ["personas", *chosen, *options], env={"DEV_API_KEY": None})


def _flat(output: str) -> str:
    return " ".join(output.split())


def _played_here(stored: list[Stored], summary: Summary) -> list[Stored]:
    turns = {one.reply.turn_id for score in summary.scores for one in score.played.exchanges}
    return [conversation for conversation in stored if turns & set(conversation.lines)]
