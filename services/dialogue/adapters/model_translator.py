"""The translation of a text of ours by the language model."""

from typing import Final
from uuid import UUID

from pydantic import BaseModel

from chassis.language_model import LanguageModel, Message, ModelUnavailable, StructuredRequest
from contracts.text import CleanText
from playbook import Prompt
from services.dialogue.adapters.model_speaker import reply_of
from services.dialogue.domain.conversation import Reply
from services.dialogue.errors import SpeakerUnavailable


class Translation(BaseModel):
    """What is demanded of the model."""

    text: CleanText


class ModelTranslator:
    """The Translator port on any OpenAI-compatible server."""

    streamed_field: Final = "text"

    def __init__(self, model: LanguageModel, prompt: Prompt) -> None:
        self._model = model
        self._prompt = prompt

    async def translate(self, text: str, language: str, conversation_id: UUID) -> Reply:
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
            raise SpeakerUnavailable(failure.reason, cost_usd=failure.cost_usd) from failure
        return reply_of(answer, answer.value.text.strip())
