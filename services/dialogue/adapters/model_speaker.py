"""Understands and speaks with a language model: one streamed, structured answer a call."""

from collections.abc import Sequence
from typing import Final

from chassis.language_model import Answer, LanguageModel, Message, ModelUnavailable, StructuredRequest
from chassis.language_model.exchange import AnswerT
from playbook import Playbook
from services.dialogue.adapters.model_answer import ReplyAnswer, TurnAnswer, turn_answer
from services.dialogue.domain.conversation import Conversation, Reply
from services.dialogue.domain.prompt import PromptMessage, prompt_for_reply, prompt_for_turn
from services.dialogue.domain.stage_machine import all_actions
from services.dialogue.errors import SpeakerUnavailable
from services.dialogue.ports import ModelTurn, OnText, OnUnderstood, PhraseRequest


class ModelSpeaker:
    """The Speaker port on any OpenAI-compatible server."""

    streamed_field: Final = "reply"

    def __init__(self, model: LanguageModel, playbook: Playbook) -> None:
        self._model = model
        self._playbook = playbook
        self._answer = turn_answer(
            all_actions(playbook), playbook.facts.ids, tuple(tier.key for tier in playbook.catalogue)
        )

    async def converse(
        self, conversation: Conversation, on_understood: OnUnderstood, on_text: OnText
    ) -> ModelTurn:
        """See the port."""
        understood = list[TurnAnswer]()

        async def take(beginning: TurnAnswer) -> bool:
            understood.append(beginning)
            return await on_understood(beginning.understanding, beginning.action)

        request = StructuredRequest(
            _messages(prompt_for_turn(conversation, self._playbook)),
            self._answer,
            streamed_field=self.streamed_field,
            conversation_id=conversation.conversation_id,
        )
        try:
            answer = await self._model.ask(request, on_text, on_fields=take)
        except ModelUnavailable as failure:
            raise SpeakerUnavailable(failure.reason, cost_usd=failure.cost_usd) from failure
        # What the caller acted on, should the whole answer say otherwise.
        turn, reply = understood[-1], reply_of(answer, answer.value.reply)
        return ModelTurn(understanding=turn.understanding, action=turn.action, reply=reply)

    async def phrase(self, request: PhraseRequest, on_text: OnText) -> Reply:
        """See the port."""
        prompt = prompt_for_reply(
            request.conversation,
            request.action,
            self._playbook,
            questions=request.questions,
            shown=request.shown,
            refused=[(violation.reason, violation.sentence) for violation in request.violations],
        )
        question = StructuredRequest(
            _messages(prompt),
            ReplyAnswer,
            streamed_field=self.streamed_field,
            conversation_id=request.conversation.conversation_id,
        )
        try:
            answer = await self._model.ask(question, on_text)
        except ModelUnavailable as failure:
            raise SpeakerUnavailable(failure.reason, cost_usd=failure.cost_usd) from failure
        if not answer.value.reply.strip():
            raise SpeakerUnavailable("empty_reply", cost_usd=answer.cost_usd)
        return reply_of(answer, answer.value.reply)


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


def _messages(prompt: Sequence[PromptMessage]) -> tuple[Message, ...]:
    return tuple(Message(role, text) for role, text in prompt)
