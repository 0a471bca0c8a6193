import pytest

from contracts.events import ConversationStarted, TurnAnswered
from contracts.reply_stream import Done, FrameKind
from services.dialogue.errors import StaleConversation, VoiceLost
from services.dialogue.ports import TurnStatus
from tests.support.dialogue_fakes import FakeOutside, FakeVoice
from tests.support.dialogue_scene import Scene, answer_turn, spoken
from tests.unit.dialogue.builders import CONVERSATION


async def test_the_first_line_opens_a_conversation_and_is_answered(scene: Scene, outside: FakeOutside):
    turn = await scene.say("I run a bakery.")

    (started,) = scene.published(ConversationStarted)
    (answer,) = scene.answers
    assert started.sequence == 1
    assert answer.answered_turn_ids == (turn.data.turn_id,)
    assert outside.store.turns[turn.data.turn_id].outcome.reply == answer.reply
    assert scene.conversation.history[-1].text == answer.reply


async def test_the_visitor_reads_the_reply_that_is_stored(scene: Scene, outside: FakeOutside):
    turn = await scene.say("I run a bakery.")

    (answer,) = scene.answers
    (end,) = outside.replies.ends(turn.data.turn_id)
    assert outside.replies.shown(turn.data.turn_id) == answer.reply
    assert Done.model_validate_json(end.data).response == answer.reply
    assert Done.model_validate_json(end.data).sequence == scene.conversation.sequence


async def test_a_redelivered_turn_is_told_again_and_the_model_is_not_asked(
    scene: Scene, outside: FakeOutside
):
    outside.voice = FakeVoice(spoken("A bakery, lovely."))
    turn = await scene.say("I run a bakery.")
    version = scene.version

    await answer_turn(turn, outside.ports())

    assert len(outside.voice.plans) == 1
    assert scene.version == version
    kinds = [frame.kind for frame in outside.replies.frames[turn.data.turn_id]]
    assert kinds[-3:] == [FrameKind.RESET, FrameKind.DELTA, FrameKind.DONE]
    assert outside.replies.shown(turn.data.turn_id) == scene.answers[0].reply


async def test_what_the_model_says_is_counted_as_its_own(scene: Scene, outside: FakeOutside):
    outside.voice = FakeVoice(spoken("A bakery, lovely.", input_tokens=70, output_tokens=9))

    await scene.say("I run a bakery.")

    (answer,) = scene.answers
    assert (answer.author, answer.model, answer.degraded) == ("model", "m", False)
    assert (answer.input_tokens, answer.output_tokens) == (70, 9)


async def test_what_a_reply_has_cost_is_told_with_it(scene: Scene, outside: FakeOutside):
    outside.voice = FakeVoice(spoken("A bakery, lovely.", cost_usd=0.0031))

    await scene.say("I run a bakery.")

    assert scene.answers[0].cost_usd == 0.0031


async def test_words_of_a_model_that_were_taken_back_have_cost_something_too(
    scene: Scene, outside: FakeOutside
):
    outside.voice = FakeVoice(VoiceLost("cut_off", cost_usd=0.002), heard="A bakery, how")

    await scene.say("I run a bakery.")

    (answer,) = scene.answers
    assert (answer.author, answer.cost_usd) == ("script", 0.002)


async def test_a_half_streamed_failure_of_the_model_is_replaced_by_the_script(
    scene: Scene, outside: FakeOutside
):
    outside.voice = FakeVoice(VoiceLost("cut_off"), heard="A bakery, how")
    scripted = Scene(FakeOutside(SHIPPED))
    await scripted.say("I run a bakery.")

    turn = await scene.say("I run a bakery.")

    (answer,) = scene.answers
    assert answer.reply == scripted.answers[0].reply
    assert answer.degraded
    assert (answer.author, answer.input_tokens) == ("script", 0)
    assert outside.replies.shown(turn.data.turn_id) == answer.reply


async def test_a_stale_version_stores_nothing_and_tells_nobody(scene: Scene, outside: FakeOutside):
    outside.store.overtaken = 1
    turn = scene.turn("I run a bakery.")

    with pytest.raises(StaleConversation):
        await answer_turn(turn, outside.ports())

    assert outside.store.turns == {}
    assert outside.store.outbox == {}
    assert outside.announcer.published == []
    assert outside.replies.ends(turn.data.turn_id) == []


async def test_a_turn_that_was_overtaken_is_answered_on_the_next_try(scene: Scene, outside: FakeOutside):
    outside.store.overtaken = 1
    turn = scene.turn("I run a bakery.")
    with pytest.raises(StaleConversation):
        await answer_turn(turn, outside.ports())

    await answer_turn(turn, outside.ports())

    assert outside.store.turns[turn.data.turn_id].outcome.status is TurnStatus.ANSWERED
    assert len(outside.replies.ends(turn.data.turn_id)) == 1


async def test_the_same_conversation_gives_the_same_ids(scene: Scene, outside: FakeOutside):
    other = FakeOutside(SHIPPED)

    await scene.book()
    await Scene(other).book()

    assert [event.id for event in outside.announcer.published] == [
        event.id for event in other.announcer.published
    ]


async def test_events_are_numbered_without_a_gap_and_told_apart(scene: Scene, outside: FakeOutside):
    await scene.book()

    events = outside.announcer.published
    assert [event.sequence for event in events] == list(range(1, len(events) + 1))
    assert len({event.id for event in events}) == len(events)
    assert scene.conversation.sequence == len(events)


async def test_everything_published_is_stored_first(scene: Scene, outside: FakeOutside):
    await scene.book()

    assert list(outside.store.outbox.values()) == outside.announcer.published
    assert {event.key for event in outside.announcer.published} == {str(CONVERSATION).encode()}


async def test_every_reply_has_an_id_of_its_own(scene: Scene):
    await scene.book()

    answers = scene.published(TurnAnswered)
    assert len({answer.data.reply_id for answer in answers}) == len(answers)


async def test_the_lead_in_to_a_proposal_waits_for_no_model(scene: Scene, outside: FakeOutside):
    for line in UP_TO_THE_PROPOSAL[:-1]:
        await scene.say(line)
    outside.voice = FakeVoice()

    turn = await scene.say(UP_TO_THE_PROPOSAL[-1])

    assert outside.voice.plans == []
    assert outside.replies.shown(turn.data.turn_id)


async def test_an_answer_tells_which_playbook_and_which_prompt_it_came_about_by(
    scene: Scene, outside: FakeOutside
):
    await scene.say("Hello")
    outside.voice = FakeVoice(spoken("Lovely."))
    await scene.say("I run a bakery.")

    scripted, by_a_model = scene.answers
    assert (scripted.playbook, scripted.prompt) == (SHIPPED.digest, None)
    assert (by_a_model.playbook, by_a_model.prompt) == (SHIPPED.digest, SHIPPED.prompt.digest)
