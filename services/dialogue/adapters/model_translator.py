"""Lines of ours in another language, by the language model."""

import json
from collections.abc import Mapping
from typing import Final

from pydantic import BaseModel, Field

from chassis.language_model import LanguageModel, Message, StructuredRequest
from contracts.text import CleanText
from playbook import Playbook
from services.dialogue.adapters.model_speaker import model_failures
from services.dialogue.ports import TranslatedLines

_MOST_OUTPUT_TOKENS: Final = 3_000


class TranslatedLine(BaseModel):
    """One line, by the number it was given."""

    number: int
    text: CleanText


class Translation(BaseModel):
    """What is demanded of the model."""

    lines: list[TranslatedLine]
    language: CleanText = Field(description="The BCP 47 tag of the language the lines are in now.")


class ModelTranslator:
    """The Translator port on any OpenAI-compatible server."""

    streamed_field: Final = "language"

    def __init__(self, model: LanguageModel, playbook: Playbook) -> None:
        self._model = model
        self._prompt = playbook.prompt.translation

    async def translate(self, lines: Mapping[str, str], language: str) -> TranslatedLines:
        """One call, without a conversation: what it costs counts against the caps of the day alone."""
        numbered = [
            {"number": number, "for": purpose, "text": line}
            for number, (line, purpose) in enumerate(lines.items())
        ]
        request = StructuredRequest(
            (
                Message("system", self._prompt.format(language=language)),
                Message("user", json.dumps({"lines": numbered}, ensure_ascii=False)),
            ),
            Translation,
            streamed_field=self.streamed_field,
            max_output_tokens=_MOST_OUTPUT_TOKENS,
        )
        with model_failures():
            answer = await self._model.ask(request)
        asked = dict(enumerate(lines))
        texts = {asked[line.number]: line.text.strip() for line in answer.value.lines if line.number in asked}
        return TranslatedLines(texts=texts, model=answer.model, cost_usd=answer.cost_usd)
