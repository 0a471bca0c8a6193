"""What a call costs, and its upper bound, in whole millionths of a dollar.

A price in dollars for a million tokens is a price in micro-dollars for one, so nothing is ever converted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from string import ascii_letters
from typing import Self

from chassis.language_model.exchange import Usage
from contracts.language_models import ModelProfile

MICRO = 1_000_000
LETTERS = f"{ascii_letters} ".encode()
FEWEST_LETTERS_PER_TOKEN = 3


@dataclass(frozen=True, slots=True)
class Amount:
    """Tokens and micro-dollars that a call used or may use."""

    tokens: int
    microusd: int

    @property
    def usd(self) -> float:
        """The money in dollars, to be shown; sums are made of the whole numbers."""
        return self.microusd / MICRO


@dataclass(frozen=True, slots=True)
class Price:
    """The price of a token in micro-dollars, for input, cached input and output."""

    input: float = 0.0
    output: float = 0.0
    cached_input: float = 0.0

    @classmethod
    def of(cls, profile: ModelProfile) -> Self:
        """The price in a profile."""
        return cls(
            profile.input_usd_per_million, profile.output_usd_per_million, profile.cached_usd_per_million
        )

    @classmethod
    def highest(cls, listed: Mapping[str, ModelProfile]) -> Self:
        """The highest of all listed prices, for an unlisted model; cached input is not cheaper."""
        highest = max((profile.input_usd_per_million for profile in listed.values()), default=0.0)
        output = max((profile.output_usd_per_million for profile in listed.values()), default=0.0)
        return cls(highest, output, highest)

    def amount(self, usage: Usage) -> Amount:
        """What `usage` comes to, rounded up."""
        microusd = (
            (usage.input_tokens - usage.cached_input_tokens) * self.input
            + usage.cached_input_tokens * self.cached_input
            + usage.output_tokens * self.output
        )
        # To the thousandth first: 0.1 * 3 is a little more than 0.3 and would be rounded up for nothing.
        return Amount(usage.tokens, ceil(round(microusd, 3)))


def max_input_tokens(body: bytes) -> int:
    """As many tokens as a request body can count, without its model's vocabulary.

    A digit, a sign or a byte of another script is counted as a token of its own, which it is at worst. Words
    are taken at three letters a token, where prose has more than four; only gibberish has fewer.
    """
    others = len(body.translate(None, LETTERS))
    return others + (len(body) - others) // FEWEST_LETTERS_PER_TOKEN + 1
