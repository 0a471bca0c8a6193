"""Whatever stops the model, a turn ends with a whole reply, and the visitor reads what is stored."""

import pytest

from contracts.values import Stage
from services.dialogue.adapters import ModelSpeaker
from tests.integration.dialogue.conftest import BAKERY, a_model
from tests.support.dialogue_fakes import FakeOutside
from tests.support.dialogue_scene import Scene
from tests.support.fake_openai import FakeOpenAI, Fault
from tests.support.playbooks import SHIPPED
from tests.support.spending import RecordingSpendLimiter

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
