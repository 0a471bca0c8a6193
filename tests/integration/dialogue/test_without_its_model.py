"""Whatever stops the model, a turn ends with a whole reply, and the visitor reads what is stored."""

from collections.abc import AsyncIterator

import pytest

from chassis.language_model import FailureReason
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
async def server() -> AsyncIterator[FakeOpenAI]:
    async with FakeOpenAI() as server:
        yield server


@pytest.fixture
def scene() -> Scene:
    return Scene(FakeOutside(SHIPPED))


@pytest.mark.parametrize(
    ("forbidden", "faults"), [({1: FailureReason.SPEND_UNKNOWN}, 0), ({2: FailureReason.SPEND_CAP}, 1)]
)
async def test_at_a_cap_the_playbook_speaks_and_a_failed_attempt_is_paid_for(
    server: FakeOpenAI, scene: Scene, forbidden: dict[int, FailureReason], faults: int
) -> None:
    server.next(*[Fault.cut(0)] * faults)
    guided = Scene(FakeOutside(SHIPPED))
    await guided.say(LINE)

    async with a_model(server, RecordingSpendLimiter(forbidden=forbidden)) as model:
        scene.outside.speaker = ModelSpeaker(model, SHIPPED)
        turn = await scene.say(LINE)

    (answer,) = scene.answers
    assert scene.outside.replies.shown(turn.data.turn_id) == answer.reply == guided.answers[0].reply
    assert (answer.degraded, answer.cost_usd > 0, len(server.requests)) == (True, faults > 0, faults)


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


async def test_the_failure_that_opens_the_breaker_leaves_a_whole_reply(server: FakeOpenAI, scene: Scene):
    server.next(Fault.cut(8), Fault.cut(8))

    async with a_model(server, breaker_failures=2, breaker_pause_s=3600) as model:
        scene.outside.speaker = ModelSpeaker(model, SHIPPED)
        turns = [await scene.say(line) for line in (LINE, "We are 12 people.", "The phone never stops.")]

    shown = [scene.outside.replies.shown(turn.data.turn_id) for turn in turns]
    assert shown == [answer.reply for answer in scene.answers]
    assert all(answer.degraded for answer in scene.answers)
    assert len(server.requests) == 2
