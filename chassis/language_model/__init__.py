"""One streamed, structured answer of a language model, through any OpenAI-compatible server.

    async with LanguageModel(settings) as model:
        answer = await model.ask(StructuredRequest(messages, Reply, streamed_field="text"), on_text)

The text of `streamed_field` reaches `on_text` piece by piece while the server still sends; the fields before
it reach `on_fields` as soon as they are complete. The whole object is returned, validated, with its usage and
cost. Whatever goes wrong is a `ModelUnavailable` with its reason.

What a model costs and which parameters it takes is known from its profile, and from what its server refuses.
A `SpendLimiter` keeps the spending of all processes below its caps; a breaker for each model leaves a failing
server alone for a while.
"""

from chassis.language_model.client import LanguageModel
from chassis.language_model.errors import FailureReason, ModelUnavailable, UnusableSchema
from chassis.language_model.exchange import (
    Answer,
    Message,
    OnFields,
    OnText,
    StructuredRequest,
    Usage,
    instructions_and_data,
)
from chassis.language_model.limited_model import limited_model
from chassis.language_model.payers import charged_to
from chassis.language_model.profiles import ModelProfiles
from chassis.language_model.redis_spend_limiter import RedisSpendLimiter
from chassis.language_model.settings import LanguageModelSettings
from chassis.language_model.spend_limiter import SpendLimiter, UnlimitedSpend

__all__ = [
    "Answer",
    "FailureReason",
    "LanguageModel",
    "LanguageModelSettings",
    "Message",
    "ModelProfiles",
    "ModelUnavailable",
    "OnFields",
    "OnText",
    "RedisSpendLimiter",
    "SpendLimiter",
    "StructuredRequest",
    "UnlimitedSpend",
    "UnusableSchema",
    "Usage",
    "charged_to",
    "instructions_and_data",
    "limited_model",
]
