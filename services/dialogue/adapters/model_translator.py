"""The translation of a text of ours by the language model."""

from typing import Final
from uuid import UUID

from pydantic import BaseModel

from chassis.language_model import LanguageModel, Message, ModelUnavailable, StructuredRequest
from contracts.text import CleanText
from playbook import Prompt
from services.dialogue.domain import Said
from services.dialogue.errors import VoiceLost


class Translation(BaseModel):
    """What is demanded of the model."""

    text: CleanText


class ModelTranslator:
    """The Translator port on any OpenAI-compatible server."""

    streamed_field: Final = "text"

    def __init__(self, model: LanguageModel, prompt: Prompt) -> None:
        self._model = model
        self._prompt = prompt

    async def translate(self, text: str, language: str, conversation_id: UUID) -> Said:
        """See the port."""
        messages = (
            Message("system", self._prompt.translation.format(language=language)),
            Message("user", text),
        )
        request = StructuredRequest(
            messages,
            Translation,
            streamed_field=self.streamed_field,
            conversation_id=conversation_id,
        )
        try:
            answer = await self._model.ask(request)
        except ModelUnavailable as failure:
            raise VoiceLost(failure.reason, cost_usd=failure.cost_usd) from failure
        return Said(
            reply=answer.value.text.strip(),
            author="model",
            model=answer.model,
            input_tokens=answer.usage.input_tokens,
            output_tokens=answer.usage.output_tokens,
            cost_usd=answer.cost_usd,
        )
