"""Understands and speaks with a language model: one streamed, structured answer a call."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from chassis.language_model import Answer, LanguageModel, Message, ModelUnavailable, StructuredRequest
from chassis.language_model.exchange import AnswerT
from playbook import Playbook
from playbook.reading.model_answer import ReplyAnswer, TurnAnswer, turn_answer
from services.dialogue.domain.conversation import Conversation, Reply
from services.dialogue.domain.prompt import PhraseRequest, PromptMessage, prompt_for_reply, prompt_for_turn
from services.dialogue.domain.stage_machine import all_actions
from services.dialogue.errors import SpeakerUnavailable
from services.dialogue.ports import ModelTurn, OnText, OnUnderstood


class ModelSpeaker:
    """The Speaker port on any OpenAI-compatible server."""

    streamed_field: Final = "reply"

    def __init__(self, model: LanguageModel, playbook: Playbook) -> None:
        self._model = model
        self._playbook = playbook
        tiers = tuple(tier.key for tier in playbook.catalogue)
        self._answer = turn_answer(all_actions(playbook), playbook.facts.ids, tiers)

    async def converse(
        self, conversation: Conversation, on_understood: OnUnderstood, on_text: OnText
    ) -> ModelTurn:
        """Ask for understanding, action and reply in one answer; every call has the same schema."""
        understood = list[TurnAnswer]()

        async def take(beginning: TurnAnswer) -> bool:
            understood.append(beginning)
            return await on_understood(beginning.understanding, beginning.action)

        prompt = prompt_for_turn(conversation, self._playbook)
        request = self._request(prompt, self._answer, conversation)
        with model_failures():
            answer = await self._model.ask(request, on_text, on_fields=take)
        # What the caller acted on, should the whole answer say otherwise.
        turn, reply = understood[-1], reply_of(answer, answer.value.reply)
        return ModelTurn(understanding=turn.understanding, action=turn.action, reply=reply)

    async def phrase(self, request: PhraseRequest, on_text: OnText) -> Reply:
        """Ask for the reply alone; an empty one is no answer."""
        prompt = prompt_for_reply(request, self._playbook)
        with model_failures():
            answer = await self._model.ask(self._request(prompt, ReplyAnswer, request.conversation), on_text)
        if not answer.value.reply.strip():
            raise SpeakerUnavailable("empty_reply", cost_usd=answer.cost_usd)
        return reply_of(answer, answer.value.reply)

    def _request(
        self, prompt: Sequence[PromptMessage], schema: type[AnswerT], conversation: Conversation
    ) -> StructuredRequest[AnswerT]:
        messages = tuple(Message(role, text) for role, text in prompt)
        identity = conversation.conversation_id
        return StructuredRequest(messages, schema, self.streamed_field, conversation_id=identity)


@contextmanager
def model_failures() -> Iterator[None]:
    """Raises SpeakerUnavailable where the model has no usable answer."""
    try:
        yield
    except ModelUnavailable as failure:
        raise SpeakerUnavailable(failure.reason, cost_usd=failure.cost_usd) from failure


def reply_of(answer: Answer[AnswerT], text: str) -> Reply:
    """A reply with what it cost."""
    return Reply(
        text=text,
        author="model",
        model=answer.model,
        input_tokens=answer.usage.input_tokens,
        output_tokens=answer.usage.output_tokens,
        cost_usd=answer.cost_usd,
    )
