"""A language model for production: the profiles of the playbook, the spend limiter of all processes."""

from __future__ import annotations

from redis.asyncio import Redis

from chassis.clock import utc_now
from chassis.language_model.client import LanguageModel
from chassis.language_model.profiles import ModelProfiles
from chassis.language_model.redis_spend_limiter import RedisSpendLimiter
from chassis.language_model.settings import LanguageModelSettings
from contracts.language_models import LanguageModelConfig


def limited_model(
    settings: LanguageModelSettings, redis: Redis, config: LanguageModelConfig
) -> LanguageModel:
    """A model whose calls are refused where they could exceed a cap."""
    limiter = RedisSpendLimiter(redis, config.spend, clock=utc_now)
    return LanguageModel(settings, profiles=ModelProfiles.of(config, settings), limiter=limiter)
