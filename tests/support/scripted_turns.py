"""Asks a responder as the model speaker asks a server, without one."""

from dataclasses import dataclass

import jsonschema
import orjson

from chassis.language_model.schema import response_format
from playbook import Playbook
from services.dialogue.adapters.model_answer import ReplyAnswer, TurnAnswer, turn_answer
from services.dialogue.domain.conversation import Conversation
from services.dialogue.domain.prompt import PhraseRequest, PromptMessage, prompt_for_reply, prompt_for_turn
from services.dialogue.domain.stage_machine import NextAction, all_actions
from tests.support.fake_openai.answers import Json, Responder, requested_schema


@dataclass(frozen=True)
class ScriptedModel:
    """A responder, asked about conversations of one playbook."""

    respond: Responder
    playbook: Playbook

    def understand(self, conversation: Conversation) -> TurnAnswer:
        """What it answers to a turn, in the shape that is demanded."""
        tiers = tuple(tier.key for tier in self.playbook.catalogue)
        schema = turn_answer(all_actions(self.playbook), self.playbook.facts.ids, tiers)
        prompt = prompt_for_turn(conversation, self.playbook)
        return schema.model_validate(self._answer(_body(prompt, schema)))

    def phrase(self, conversation: Conversation, action: NextAction, questions: tuple[str, ...] = ()) -> str:
        """How it words an action."""
        request = PhraseRequest(conversation=conversation, action=action, questions=questions)
        prompt = prompt_for_reply(request, self.playbook)
        return ReplyAnswer.model_validate(self._answer(_body(prompt, ReplyAnswer))).reply

    def _answer(self, body: Json) -> Json:
        answer = self.respond(body)
        jsonschema.validate(answer, requested_schema(body) or {})
        return answer


def _body(prompt: tuple[PromptMessage, ...], schema: type[TurnAnswer] | type[ReplyAnswer]) -> Json:
    messages = [{"role": role, "content": text} for role, text in prompt]
    demanded = orjson.loads(orjson.dumps(response_format(schema, "reply")))
    return {"model": "gpt-4o", "messages": messages, "response_format": demanded}
