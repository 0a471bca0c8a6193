"""What the shipped prompt tells a model, letter by letter: a change of it is meant, and seen in a review."""

import json
from pathlib import Path
from typing import Any

import pytest

from services.dialogue.domain import prompt_for
from services.dialogue.domain.goals import Aim
from services.proposal.domain import instructions_for
from tests.unit.dialogue.told_scenes import plain_playbook, scenes

TOLD: dict[str, Any] = json.loads(
    Path(__file__).with_name("told_as_shipped.json").read_text(encoding="utf-8")
)
PLAYBOOK = plain_playbook()
SCENES = scenes()


@pytest.mark.parametrize("name", SCENES)
def test_the_state_and_the_task_of_every_aim_are_told_as_shipped(name: str) -> None:
    rules, state, *_ = (text for _, text in prompt_for(SCENES[name], PLAYBOOK))

    assert state == TOLD["states"][name]
    assert rules == TOLD["rules_about_a_tier" if name in TOLD["about_a_tier"] else "rules"]


def test_no_aim_is_left_out() -> None:
    assert {aim.value for aim in Aim} - {"ask"} <= TOLD["states"].keys() == SCENES.keys()


def test_translations_and_proposals_are_told_as_shipped() -> None:
    assert PLAYBOOK.prompt.translation.format(language="it") == TOLD["translation"]
    assert instructions_for(PLAYBOOK) == TOLD["proposal"]
