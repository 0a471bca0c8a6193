"""A language model as production has it: with the operator's profiles, behind the brake of all processes."""

from __future__ import annotations

from redis.asyncio import Redis

from chassis.clock import utc_now
from chassis.language_model.client import LanguageModel
from chassis.language_model.profiles import ModelProfiles
from chassis.language_model.redis_brake import RedisBrake
from chassis.language_model.settings import LanguageModelSettings
from contracts.language_models import ModelTerms


def braked_model(settings: LanguageModelSettings, redis: Redis, terms: ModelTerms) -> LanguageModel:
    """A model whose every call is held back where it could exceed a cap."""
    brake = RedisBrake(redis, terms.spend, clock=utc_now)
    return LanguageModel(settings, profiles=ModelProfiles.of(terms, settings), brake=brake)
