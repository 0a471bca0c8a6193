"""The model speaker with a real client: first what was understood, and whatever fails, a whole reply."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from chassis.language_model.parameters import ANSWER_FORMATS
from contracts.language_models import AnswerFormat
from contracts.values import Stage
from playbook.guard import Violation
from playbook.reading.meaning import Understanding
from services.dialogue.adapters.model_speaker import ModelSpeaker
from services.dialogue.domain.prompt import PhraseRequest
from services.dialogue.domain.stage_machine import ActionKind, NextAction, all_actions
from services.dialogue.errors import SpeakerUnavailable
from tests.integration.dialogue.conftest import BAKERY, a_model
from tests.support.dialogue_fakes import FakeOutside
from tests.support.dialogue_scene import Scene
from tests.support.fake_openai import FakeOpenAI, Fault
from tests.support.fake_openai.answers import requested_schema
from tests.support.playbooks import SHIPPED
from tests.support.spending import LISTED, RecordingSpendLimiter
from tests.support.talks import CONVERSATION, talk
from tests.unit.dialogue.builders import an_update, meaning

BEFORE = talk("hi", "Welcome. What do you do?", "I run a bakery")
PHRASE = PhraseRequest(conversation=BEFORE, action=NextAction(kind=ActionKind.ASK, slot="team_size"))
REPLY = "A bakery, how nice. How many of you are there?"
TURN = {"understanding": BAKERY, "action": "ask:team_size", "reply": REPLY}
UNDERSTOOD = meaning(updates=(an_update("business_type", "bakery"),), language="en")


def respond(body: dict[str, Any]) -> dict[str, Any]:
    schema = requested_schema(body) or {"properties": TURN}
    return {name: value for name, value in TURN.items() if name in schema["properties"]}


class Caller:
    """Keeps in which order it learns of a turn."""

    def __init__(self, *, lets_it_speak: bool = True) -> None:
        self.learned: list[tuple[Understanding, str] | str] = []
        self._lets_it_speak = lets_it_speak

    async def on_understood(self, understanding: Understanding, action: str) -> bool:
        self.learned.append((understanding, action))
        return self._lets_it_speak

    async def on_text(self, text: str) -> None:
        self.learned.append(text)

    @property
    def text(self) -> str:
        return "".join(each for each in self.learned if isinstance(each, str))


@pytest.fixture
async def server() -> AsyncIterator[FakeOpenAI]:
    async with FakeOpenAI(responder=respond) as server:
        yield server


@asynccontextmanager
async def a_speaker(server: FakeOpenAI, limiter=None, *, form="json_schema") -> AsyncIterator[ModelSpeaker]:
    profile = LISTED["gpt-4o"].model_copy(update={"answer_format": form})
    async with a_model(server, limiter, profiles={"gpt-4o": profile}, attempts=1) as model:
        yield ModelSpeaker(model, SHIPPED)


@pytest.mark.parametrize("form", ANSWER_FORMATS)
async def test_it_is_understood_before_the_first_word(server: FakeOpenAI, form: AnswerFormat) -> None:
    caller = Caller()
    async with a_speaker(server, form=form) as speaker:
        turn = await speaker.converse(BEFORE, caller.on_understood, caller.on_text)

    assert caller.learned[0] == (turn.understanding, turn.action) == (UNDERSTOOD, "ask:team_size")
    assert caller.text == turn.reply.text == TURN["reply"]
    assert turn.reply.author == "model"
    assert turn.reply.cost_usd > 0


async def test_a_turn_may_end_before_the_first_word_and_is_charged(server: FakeOpenAI) -> None:
    caller, limiter = Caller(lets_it_speak=False), RecordingSpendLimiter()
    async with a_speaker(server, limiter=limiter) as speaker:
        turn = await speaker.converse(BEFORE, caller.on_understood, caller.on_text)

    assert (caller.text, turn.reply.text, turn.understanding) == ("", "", UNDERSTOOD)
    assert turn.reply.cost_usd > 0
    assert limiter.conversations == [CONVERSATION]
    schema = server.requests[0].body["response_format"]["json_schema"]["schema"]
    understanding = schema["properties"]["understanding"]["properties"]
    tiers = {"type": "string", "enum": [tier.key for tier in SHIPPED.catalogue]}
    assert schema["properties"]["action"]["enum"] == list(all_actions(SHIPPED))
    assert understanding["questions"]["items"]["enum"] == [*SHIPPED.facts.ids, "unknown"]
    assert tiers in understanding["tier"]["anyOf"]


async def test_a_reply_with_a_given_action_is_worded_in_one_call(server: FakeOpenAI) -> None:
    caller = Caller()
    request = replace(PHRASE, questions=("data",), violations=(Violation("amount", "It costs $1."),))
    async with a_speaker(server) as speaker:
        reply = await speaker.phrase(request, caller.on_text)

    (asked,) = server.requests
    told = "\n".join(message["content"] for message in asked.body["messages"])
    assert caller.text == reply.text == TURN["reply"]
    assert "ask:team_size" in told and "It costs $1." in told
    assert list(asked.body["response_format"]["json_schema"]["schema"]["properties"]) == ["reply"]


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        *((Fault.refusal(), ("refused", True)), (Fault.out_of_quota(), ("out_of_quota", False))),
        *((broken(), ("invalid_answer", True)) for broken in (Fault.wrong_schema, Fault.invalid_json)),
    ],
)
async def test_no_usable_answer_is_told_with_its_cost(server: FakeOpenAI, fault: Fault, told: tuple):
    caller = Caller()
    server.next(fault, fault)
    async with a_speaker(server) as speaker:
        with pytest.raises(SpeakerUnavailable) as unheard:
            await speaker.converse(BEFORE, caller.on_understood, caller.on_text)
        with pytest.raises(SpeakerUnavailable) as unsaid:
            await speaker.phrase(PHRASE, caller.on_text)
    for failure in (unheard.value, unsaid.value):
        assert (failure.reason, failure.cost_usd > 0) == told


async def test_a_reply_of_no_words_is_none() -> None:
    async with FakeOpenAI(responder=lambda _: {"reply": " "}) as silent, a_speaker(silent) as speaker:
        with pytest.raises(SpeakerUnavailable) as failure:
            await speaker.phrase(PHRASE, Caller().on_text)
    assert (failure.value.reason, failure.value.cost_usd > 0) == ("empty_reply", True)


LINE = "I run a bakery."


@pytest.fixture
def scene() -> Scene:
    return Scene(FakeOutside(SHIPPED))


async def test_a_reply_that_finds_no_end_is_completed_by_the_playbook(scene: Scene):
    reply = "What a fine trade. " + "Bread and " * 2_000
    endless = {"understanding": BAKERY, "action": "ask:team_size", "reply": reply}
    limiter = RecordingSpendLimiter()
    limiter.reply_output_tokens = 100

    served = FakeOpenAI(responder=lambda _: endless, checks_schema=False)
    async with served as server, a_model(server, limiter) as model:
        scene.outside.speaker = ModelSpeaker(model, SHIPPED)
        turn = await scene.say(LINE)

    (answer,) = scene.answers
    question = SHIPPED.stages[Stage.UNDERSTAND].questions[1].ask
    assert scene.outside.replies.shown(turn.data.turn_id) == answer.reply
    assert "Bread and" not in answer.reply
    assert answer.reply.endswith(question)
    assert scene.conversation.profile.business_type is not None
    assert answer.cost_usd > 0


async def test_the_failure_that_opens_the_breaker_leaves_a_whole_reply(scene: Scene):
    lines, breaker = (LINE, "We are 12 people.", "The phone never stops."), {"breaker_failures": 2}
    async with FakeOpenAI() as server, a_model(server, breaker_pause_s=3600, **breaker) as model:
        server.next(Fault.cut(8), Fault.cut(8))
        scene.outside.speaker = ModelSpeaker(model, SHIPPED)
        turns = [await scene.say(line) for line in lines]

    shown = [scene.outside.replies.shown(turn.data.turn_id) for turn in turns]
    assert shown == [answer.reply for answer in scene.answers]
    assert all(answer.degraded for answer in scene.answers)
    assert len(server.requests) == 2
