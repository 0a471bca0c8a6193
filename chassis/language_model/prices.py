"""What a call costs, and the most it can cost, in whole millionths of a dollar.

A price in dollars for a million tokens is a price in micro-dollars for one, so nothing is ever converted.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from string import ascii_letters

import structlog

from chassis.language_model.exchange import Usage
from contracts.playbook import ModelPrice

MICRO = 1_000_000
LETTERS = f"{ascii_letters} ".encode()
FEWEST_LETTERS_PER_TOKEN = 3
_DATED = re.compile(r"-\d{4}-\d{2}-\d{2}$")
_NOTHING = ModelPrice(input_usd_per_million=0, output_usd_per_million=0)

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Amount:
    """Tokens and micro-dollars: what a call used, or what it may use."""

    tokens: int
    microusd: int

    @property
    def usd(self) -> float:
        """The money in dollars, to be shown; sums are made of the whole numbers."""
        return self.microusd / MICRO


class Prices:
    """The price list. A model that is not on it is taken for the dearest: a brake may not guess too low.

    Without any list everything is free.
    """

    def __init__(self, listed: Mapping[str, ModelPrice]) -> None:
        self._listed = dict(listed)
        self._dearest = _NOTHING
        if listed:
            self._dearest = ModelPrice(
                input_usd_per_million=max(price.input_usd_per_million for price in listed.values()),
                output_usd_per_million=max(price.output_usd_per_million for price in listed.values()),
            )

    def amount(self, model: str, usage: Usage) -> Amount:
        """What `usage` of `model` comes to, rounded up."""
        price = self._of(model)
        microusd = (
            usage.input_tokens * price.input_usd_per_million
            + usage.output_tokens * price.output_usd_per_million
        )
        # To the thousandth first: 0.1 * 3 is a little more than 0.3 and would be rounded up for nothing.
        return Amount(usage.tokens, ceil(round(microusd, 3)))

    def _of(self, model: str) -> ModelPrice:
        price = self._listed.get(model) or self._listed.get(_DATED.sub("", model))
        if price is None:
            if self._listed:
                logger.warning("language_model_without_a_price", model=model)
            # Remembered, so that it is said once.
            price = self._listed[model] = self._dearest
        return price


def most_input_tokens(body: bytes) -> int:
    """As many tokens as a request body can count, without its model's vocabulary.

    A digit, a sign or a byte of another script is counted as a token of its own, which it is at worst. Words
    are taken at three letters a token, where prose has more than four; only gibberish has fewer.
    """
    others = len(body.translate(None, LETTERS))
    return others + (len(body) - others) // FEWEST_LETTERS_PER_TOKEN + 1
