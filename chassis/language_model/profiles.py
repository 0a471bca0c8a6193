"""The profiles of models in the playbook, and defaults for models without one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Final, Self
from urllib.parse import urlsplit

import structlog

from chassis.language_model.exchange import Usage
from chassis.language_model.prices import Amount, Price
from chassis.language_model.settings import LanguageModelSettings
from contracts.language_models import LanguageModelConfig, LocalModel, ModelParameters, ModelProfile

OPENAI_HOST: Final = "api.openai.com"
_DATED: Final = re.compile(r"-\d{4}-\d{2}-\d{2}$")

logger = structlog.get_logger(__name__)


class ModelProfiles:
    """The profiles of one server's models. Without any profile everything is free.

    A model that has none costs as much as the dearest that has one: a cap may not guess too low. At a base
    URL of the operator's own it is free if the operator says so.
    """

    def __init__(
        self,
        listed: Mapping[str, ModelProfile],
        local: LocalModel | None = None,
        *,
        base_url: str | None = None,
    ) -> None:
        self._listed = dict(listed)
        self._local = local or LocalModel()
        self._is_own_server = base_url is not None and urlsplit(base_url).hostname != OPENAI_HOST
        is_free = self._is_own_server and self._local.is_free
        self._price_of_others = Price() if is_free else Price.highest(listed)
        self._is_charged = bool(listed) and not is_free
        self._prices: dict[str, Price] = {}

    @classmethod
    def of(cls, config: LanguageModelConfig, settings: LanguageModelSettings) -> Self:
        """The stated profiles, for the server that the settings name."""
        return cls(config.models, config.local_model, base_url=settings.base_url)

    def parameters(self, model: str) -> ModelParameters:
        """The parameters a request to this model has, unless its server refuses one."""
        if profile := self._profile(model):
            return profile
        return self._local if self._is_own_server else ModelParameters()

    def fallback(self, model: str) -> str | None:
        """The model that replaces this one once it is gone."""
        profile = self._profile(model)
        return profile.fallback if profile else None

    def shutdown_date(self, model: str) -> date | None:
        """The announced day from which this model is no longer served."""
        profile = self._profile(model)
        return profile.shutdown_date if profile else None

    def amount(self, model: str, usage: Usage) -> Amount:
        """What `usage` of this model comes to."""
        price = self._prices.get(model)
        if price is None:
            price = self._prices[model] = self._find_price(model)
        return price.amount(usage)

    def warn_if_unlisted(self, model: str) -> None:
        """Log once for each model that its price is a guess."""
        self.amount(model, Usage(0, 0))

    def _profile(self, model: str) -> ModelProfile | None:
        return self._listed.get(model) or self._listed.get(_DATED.sub("", model))

    def _find_price(self, model: str) -> Price:
        if profile := self._profile(model):
            return Price.of(profile)
        if self._is_charged:
            logger.warning(
                "language_model_without_a_price",
                model=model,
                input_usd_per_million=self._price_of_others.input,
                output_usd_per_million=self._price_of_others.output,
                hint="add the model to `models` in the playbook, or say `is_free` in `local_model`",
            )
        return self._price_of_others
