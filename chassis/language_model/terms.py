"""What every question of a process is put under: its time, its price, its brake and its breakers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from chassis.language_model.brake import Brake
from chassis.language_model.breaker import Breaker, BreakerLimits
from chassis.language_model.exchange import AnswerT, StructuredRequest, Usage
from chassis.language_model.prices import Amount, Prices, most_input_tokens
from chassis.language_model.settings import LanguageModelSettings


@dataclass(frozen=True, slots=True)
class Terms:
    """Shared by all questions; there is one breaker for each model."""

    settings: LanguageModelSettings
    prices: Prices
    brake: Brake
    breakers: Mapping[str, Breaker]

    @classmethod
    def of(cls, settings: LanguageModelSettings, prices: Prices, brake: Brake) -> Self:
        """The terms with breakers that are closed."""
        limits = BreakerLimits(settings.breaker_failures, settings.breaker_window_s, settings.breaker_pause_s)
        models = filter(None, (settings.model, settings.fallback_model))
        return cls(settings, prices, brake, {model: Breaker(model, limits) for model in models})

    def most_output_tokens(self, request: StructuredRequest[AnswerT]) -> int:
        """How long the answer may be: what is asked for, if the cap allows it."""
        wanted = request.max_output_tokens or self.settings.max_output_tokens
        return min(wanted, self.brake.reply_output_tokens or wanted)

    def most(self, model: str, body: bytes, most_output_tokens: int) -> Amount:
        """The most that one attempt can use."""
        return self.prices.amount(model, Usage(most_input_tokens(body), most_output_tokens))
