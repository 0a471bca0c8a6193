"""What all calls of a process share: models, parameters, prices, spend limiter and circuit breakers."""

from __future__ import annotations

from dataclasses import dataclass, field

from chassis.language_model.availability import GoneModels
from chassis.language_model.circuit_breaker import CircuitBreaker, CircuitBreakerLimits
from chassis.language_model.exchange import AnswerT, StructuredRequest, Usage
from chassis.language_model.parameters import KnownParameters
from chassis.language_model.prices import Amount, max_input_tokens
from chassis.language_model.profiles import ModelProfiles
from chassis.language_model.settings import LanguageModelSettings
from chassis.language_model.spend_limiter import SpendLimiter
from contracts.language_models import ModelParameters


@dataclass(frozen=True, slots=True)
class ModelCallPolicy:
    """Shared by all calls of a process; there is one breaker for each model."""

    settings: LanguageModelSettings
    profiles: ModelProfiles
    limiter: SpendLimiter
    known: KnownParameters = field(default_factory=KnownParameters)
    gone: GoneModels = field(default_factory=GoneModels)
    _breakers: dict[str, CircuitBreaker] = field(default_factory=dict)

    def breaker(self, model: str) -> CircuitBreaker:
        """The breaker of this model."""
        found = self._breakers.get(model)
        if found is None:
            of = self.settings
            limits = CircuitBreakerLimits(of.breaker_failures, of.breaker_window_s, of.breaker_pause_s)
            found = self._breakers[model] = CircuitBreaker(model, limits)
        return found

    def first_model(self) -> str:
        """The model to ask first: the configured one, or its replacement while it is gone."""
        models = self.models_in_use()
        # When all are gone, the first is asked again.
        return next((model for model in models if model not in self.gone), models[0])

    def models_in_use(self) -> tuple[str, ...]:
        """The configured model and its replacements."""
        models = [self.settings.model]
        while (replacement := self.replacement(models[-1])) is not None and replacement not in models:
            models.append(replacement)
        return tuple(models)

    def replacement(self, model: str) -> str | None:
        """The model to ask once this one is gone: the configured fallback, else the one of its profile."""
        if model == self.settings.model and self.settings.fallback_model is not None:
            return self.settings.fallback_model
        return self.profiles.fallback(model)

    def parameters(self, model: str) -> ModelParameters:
        """The parameters that a request to this model has."""
        return self.known.of(model, self.profiles.parameters(model))

    def max_output_tokens(self, request: StructuredRequest[AnswerT]) -> int:
        """The limit of an answer in tokens: the requested one, at most the cap."""
        wanted = request.max_output_tokens or self.settings.max_output_tokens
        return min(wanted, self.limiter.reply_output_tokens or wanted)

    def max_amount(self, model: str, body: bytes, max_output_tokens: int) -> Amount:
        """The most that one attempt can use."""
        return self.profiles.amount(model, Usage(max_input_tokens(body), max_output_tokens))
