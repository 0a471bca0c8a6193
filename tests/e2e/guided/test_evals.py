"""Personas through the real services, at the same time: the gate of the conversation's quality."""

import asyncio

import pytest

from chassis.kafka import KafkaCluster
from evals.gate import faults
from evals.replay import read_api, read_log
from evals.replay.command import replay_in_process
from evals.run import run_over_http
from evals.scoring import Summary
from tests.support.effort import IS_THOROUGH
from tests.support.gated import gated_personas
from tests.support.infrastructure import Infrastructure
from tests.support.playbooks import SHIPPED
from tests.support.product import API_KEY, Product


@pytest.fixture(scope="module")
def summary(product: Product) -> Summary:
    # In the domain alone all of them are played in any case.
    played = gated_personas()[:: 10 if IS_THOROUGH else 24]
    return asyncio.run(run_over_http(product.url, played, SHIPPED, api_key=API_KEY))


def test_personas_are_understood_and_led_where_they_want_to_go(summary: Summary):
    assert faults(summary) == []


@pytest.mark.parametrize("source", ["the log", "the API"])
def test_what_is_stored_led_again_by_the_same_playbook_is_the_same(
    summary: Summary, product: Product, infra: Infrastructure, source: str
):
    is_log = source == "the log"
    turns = {one.reply.turn_id for score in summary.scores for one in score.played.exchanges}
    cluster, keys = KafkaCluster.at(infra.kafka_bootstrap), product.data_keys
    stored = asyncio.run(read_log(cluster, keys) if is_log else read_api(product.url, API_KEY))
    played_here = [conversation for conversation in stored if turns & set(conversation.lines)]

    differences = asyncio.run(replay_in_process(played_here, SHIPPED))

    # Of the stages the API tells the last one.
    changes = {name for difference in differences for name in difference.changes}
    assert len(differences) == len(summary.scores)
    assert changes <= (set() if is_log else {"stages"})
