"""One streamed, structured answer of a language model, through any OpenAI-compatible server.

    async with LanguageModel(settings) as model:
        answer = await model.ask(StructuredRequest(messages, Reply, streamed_field="text"), on_text)

The text of `streamed_field` reaches `on_text` piece by piece while the server still sends; the whole object
is returned, validated, with its usage. Whatever goes wrong is a `ModelUnavailable` with its reason.
"""

from chassis.language_model.client import LanguageModel
from chassis.language_model.errors import FailureReason, ModelUnavailable, UnusableSchema
from chassis.language_model.exchange import Answer, Message, OnText, StructuredRequest, Usage
from chassis.language_model.settings import LanguageModelSettings

__all__ = [
    "Answer",
    "FailureReason",
    "LanguageModel",
    "LanguageModelSettings",
    "Message",
    "ModelUnavailable",
    "OnText",
    "StructuredRequest",
    "UnusableSchema",
    "Usage",
]
