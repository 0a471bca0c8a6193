"""A language model as production has it: with prices, and behind the brake that all processes share."""

from __future__ import annotations

from collections.abc import Mapping

from redis.asyncio import Redis

from chassis.clock import utc_now
from chassis.language_model.client import LanguageModel
from chassis.language_model.prices import Prices
from chassis.language_model.redis_brake import RedisBrake
from chassis.language_model.settings import LanguageModelSettings
from contracts.playbook import ModelPrice, SpendCaps


def braked_model(
    settings: LanguageModelSettings, redis: Redis, prices: Mapping[str, ModelPrice], caps: SpendCaps
) -> LanguageModel:
    """A model whose every call is held back where it could exceed a cap."""
    brake = RedisBrake(redis, caps, clock=utc_now)
    return LanguageModel(settings, prices=Prices(prices), brake=brake)
