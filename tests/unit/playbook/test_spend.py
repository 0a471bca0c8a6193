"""Prices and caps of the playbook: what cannot be meant is named before anything starts."""

from pathlib import Path
from typing import Any

import pytest

from playbook import InvalidPlaybook, load_playbook
from tests.support.playbooks import SHIPPED, default_playbook, written

PRICE = {"input_usd_per_million": 1, "output_usd_per_million": 1}


def test_the_default_playbook_lists_successors_of_its_model() -> None:
    models = SHIPPED.models

    assert models["gpt-4o"].shutdown_date is not None
    assert models["gpt-4o"].fallback == "gpt-6-luna"
    assert models["gpt-6-luna"].reasoning_effort == "none"
    assert all(profile.fallback in models for profile in models.values())


def test_the_default_playbook_caps_a_reply_a_conversation_and_a_day() -> None:
    spend = SHIPPED.spend

    assert spend.reply_output_tokens == 1_000
    assert spend.conversation_usd == 0.20
    assert (spend.day_tokens, spend.day_usd) == (20_000_000, 50)


@pytest.mark.parametrize(
    ("section", "value", "named"),
    [
        ("models", {}, "models"),
        ("models", {"m": {"input_usd_per_million": 1}}, "models.m.output_usd_per_million"),
        ("models", {"m": {"input_usd_per_million": -1, "output_usd_per_million": 1}}, "input_usd"),
        ("models", {"m": PRICE | {"cached_input_usd_per_million": 2}}, "cached_input_usd_per_million"),
        ("models", {"m": PRICE | {"fallback": "unknown"}}, "fallback 'unknown' is not one of the models"),
        ("models", {"m": PRICE | {"shutdown_date": "soon"}}, "shutdown_date"),
        ("models", {"m": PRICE | {"answer_format": "xml"}}, "answer_format"),
        ("local_model", {"is_cheap": True}, "local_model.is_cheap"),
        ("spend", {"day_usd": 50}, "spend.day_tokens"),
    ],
)
def test_a_price_or_cap_that_cannot_be_meant_is_named(
    tmp_path: Path, section: str, value: dict[str, Any], named: str
) -> None:
    playbook = default_playbook() | {section: value}

    with pytest.raises(InvalidPlaybook, match=named):
        load_playbook(written(tmp_path, playbook))


@pytest.mark.parametrize("usd", ["-0.01", "Infinity", "NaN"])
def test_a_cap_in_dollars_is_an_amount(tmp_path: Path, usd: str) -> None:
    playbook = default_playbook()
    playbook["spend"]["day_usd"] = float(usd)

    with pytest.raises(InvalidPlaybook, match=r"spend\.day_usd"):
        load_playbook(written(tmp_path, playbook))
