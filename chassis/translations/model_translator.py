"""Lines of ours in another language, by the language model."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pydantic import BaseModel, Field

from chassis.language_model import LanguageModel, StructuredRequest, instructions_and_data
from contracts.text import CleanText

_MOST_OUTPUT_TOKENS: Final = 3_000


class TranslatedLine(BaseModel):
    """One line, by the number it was given."""

    number: int
    text: CleanText


class Translation(BaseModel):
    """What is demanded of the model."""

    lines: list[TranslatedLine]
    language: CleanText = Field(description="The BCP 47 tag of the language the lines are in now.")


@dataclass(frozen=True, slots=True, kw_only=True)
class TranslatedLines:
    """What a model made of lines: its text for each, some of which may be missing."""

    texts: Mapping[str, str]
    model: str
    cost_usd: float = 0.0


class ModelTranslator:
    """The Translator on any OpenAI-compatible server; `prompt` holds `{language}`, a BCP 47 tag."""

    def __init__(self, model: LanguageModel, prompt: str) -> None:
        self._model = model
        self._prompt = prompt

    async def translate(self, lines: Mapping[str, str], language: str) -> TranslatedLines:
        """One call, whose cost counts against the caps of the day and of no conversation.

        Raises:
            ModelUnavailable: no usable answer within the deadline, or a cap is reached.
        """
        numbered = [
            {"number": number, "for": purpose, "text": line}
            for number, (line, purpose) in enumerate(lines.items())
        ]
        request = StructuredRequest(
            instructions_and_data(self._prompt.format(language=language), {"lines": numbered}),
            Translation,
            streamed_field="language",
            max_output_tokens=_MOST_OUTPUT_TOKENS,
        )
        answer = await self._model.ask(request)
        asked = dict(enumerate(lines))
        texts = {asked[line.number]: line.text.strip() for line in answer.value.lines if line.number in asked}
        return TranslatedLines(texts=texts, model=answer.model, cost_usd=answer.cost_usd)
