"""The model call of a turn: one streamed, structured answer, the reply first."""

from collections.abc import Awaitable, Callable
from typing import Final

from pydantic import BaseModel

from chassis.language_model import LanguageModel, Message, ModelUnavailable, StructuredRequest
from contracts.text import CleanText
from playbook import Playbook
from services.dialogue.domain import Extraction, Plan, Said, Signal, ToldSlot, prompt_for
from services.dialogue.errors import VoiceLost
from services.dialogue.ports import Spoken


class ReadFact(BaseModel):
    """One fact as the model read it: the slot, its value, the visitor's exact words."""

    slot: CleanText
    value: CleanText
    words: CleanText


class ModelReply(BaseModel):
    """What is demanded of the model. The reply stands first, so that nothing holds up its first word."""

    reply: CleanText
    facts: list[ReadFact]
    signal: Signal
    change_wish: CleanText | None


class ModelVoice:
    """The Voice port on any OpenAI-compatible server."""

    streamed_field: Final = "reply"

    def __init__(self, model: LanguageModel, playbook: Playbook) -> None:
        self._model = model
        self._playbook = playbook

    async def speak(self, plan: Plan, on_text: Callable[[str], Awaitable[None]]) -> Spoken:
        """See the port."""
        messages = tuple(Message(role, text) for role, text in prompt_for(plan, self._playbook))
        request = StructuredRequest(
            messages,
            ModelReply,
            streamed_field=self.streamed_field,
            conversation_id=plan.conversation.conversation_id,
        )
        try:
            answer = await self._model.ask(request, on_text)
        except ModelUnavailable as failure:
            raise VoiceLost(failure.reason, cost_usd=failure.cost_usd) from failure
        heard = answer.value
        if not heard.reply.strip():
            raise VoiceLost("empty_reply", cost_usd=answer.cost_usd)
        return Spoken(
            said=Said(
                reply=heard.reply,
                author="model",
                model=answer.model,
                input_tokens=answer.usage.input_tokens,
                output_tokens=answer.usage.output_tokens,
                cost_usd=answer.cost_usd,
            ),
            extraction=Extraction(
                slots=tuple(ToldSlot(**fact.model_dump()) for fact in heard.facts),
                signal=heard.signal,
                change_wish=heard.change_wish,
            ),
        )
