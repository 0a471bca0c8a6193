"""Every persona through the real services, at the same time: the gate of the conversation's quality."""

import asyncio
from pathlib import Path

from contracts.playbook import load_playbook
from evals.persona import load_personas
from evals.run import run_over_http
from evals.scoring import faults
from tests.support.product import PROJECT, Product

PLAYBOOK = load_playbook(Path(PROJECT) / "playbook.yaml")


def test_every_persona_is_understood_and_led_where_it_wants_to_go(product: Product) -> None:
    english = [persona for persona in load_personas() if persona.language == "en"]

    summary = asyncio.run(run_over_http(product.url, english, PLAYBOOK))

    assert faults(summary) == []
