"""The operator's configuration of language models: prices, parameters, replacements and spending caps."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal, Protocol, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Name = Annotated[str, Field(min_length=1)]
Usd = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Share = Annotated[float, Field(gt=0, le=1)]

AnswerFormat = Literal["json_schema", "json_object", "function", "text"]
"""How the shape of an answer is requested; for `json_object` and `text` the schema is in the prompt."""

OutputLimitField = Literal["max_completion_tokens", "max_tokens", "none"]


class _Strict(BaseModel):
    """A base that refuses unknown fields instead of ignoring them."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ModelParameters(_Strict):
    """Which parameters a request to a model has; what is false or none is not sent.

    A parameter that the server refuses is left out by itself, so a wrong line costs one request a process.
    """

    answer_format: AnswerFormat = "json_schema"
    output_limit_field: OutputLimitField = "max_completion_tokens"
    reasoning_effort: Name | None = None
    temperature: bool = True
    stream: bool = True
    stream_options: bool = True
    store: bool = True
    system_role: bool = True


class ModelProfile(ModelParameters):
    """A model: what a million of its tokens cost, its parameters, and what replaces it once it is gone.

    Without a price of their own, cached input tokens cost what the others do.
    """

    input_usd_per_million: Usd
    output_usd_per_million: Usd
    cached_input_usd_per_million: Usd | None = None
    fallback: Name | None = None
    shutdown_date: date | None = None

    @model_validator(mode="after")
    def _cached_input_costs_no_more(self) -> Self:
        cached = self.cached_input_usd_per_million
        if cached is not None and cached > self.input_usd_per_million:
            raise ValueError("cached_input_usd_per_million is more than input_usd_per_million")
        return self

    @property
    def cached_usd_per_million(self) -> float:
        """What a million input tokens cost that the server had cached."""
        cached = self.cached_input_usd_per_million
        return self.input_usd_per_million if cached is None else cached


class LocalModel(ModelParameters):
    """The profile of every unlisted model at a base URL of the operator's own.

    It is free only if the operator says so; otherwise it is charged as the dearest model that is listed.
    """

    output_limit_field: OutputLimitField = "max_tokens"
    is_free: bool = False


class SpendCaps(_Strict):
    """How much a reply, a conversation and a day (in UTC) may use of language models.

    Where a cap is in tokens and in dollars, the one that is reached first binds. 0 allows nothing. The shares
    are parts of the day that strangers may use up: those of one network address, those who open a
    conversation on one site, and all those of one site.
    """

    reply_output_tokens: int = Field(ge=1)
    conversation_tokens: int = Field(ge=0)
    conversation_usd: Usd
    day_tokens: int = Field(ge=0)
    day_usd: Usd
    address_share: Share = 0.05
    site_openings_share: Share = 0.5
    site_share: Share = 0.8


class LanguageModelConfig(Protocol):
    """The operator's configuration of language models."""

    @property
    def models(self) -> Mapping[str, ModelProfile]:
        """The profile of each listed model, by its name."""
        ...

    @property
    def local_model(self) -> LocalModel:
        """The profile of every other model at a base URL of the operator's own."""
        ...

    @property
    def spend(self) -> SpendCaps:
        """What may be spent."""
        ...
