"""A person takes over: what is cut, what waits for them, what is said when they are gone."""

from uuid import UUID, uuid5

import pytest

from chassis.errors import FencedOut
from contracts.cloudevent import CloudEvent, EventT, originate
from contracts.events import (
    PersonAnswered,
    PersonHandedBack,
    PersonSpoke,
    PersonTookOver,
    ProposalRequested,
    SpeakerChanged,
    StageAdvanced,
)
from contracts.reply_stream import Done, FrameKind
from contracts.values import Payers
from services.dialogue.domain.changes import TurnStatus
from services.dialogue.usecases.answer_turn import admit_failure, go_on_after_person
from services.dialogue.usecases.awaited import say_drafted_proposal
from services.dialogue.usecases.due import look_after_due
from services.dialogue.usecases.takeover import end_takeover, let_person_take_over, say_for_person
from tests.support.dialogue_fakes import FakeOutside, FakeSpeaker, ModelAnswer
from tests.support.dialogue_scene import Scene, answer_turn
from tests.support.waiting import until
from tests.unit.dialogue.builders import CONVERSATION

FENCE = 1_000
PROMISE = "I can offer you a start in April for 700 dollars."
REPLY = "A bakery, how nice. How many people are on your team?"


def event_of(data: EventT, outside: FakeOutside) -> CloudEvent[EventT]:
    event_id = uuid5(CONVERSATION, data.model_dump_json())
    return originate(data, event_id=event_id, source="gateway", time=outside.now)


async def take_over(scene: Scene, name: str = "Tove", fence: int = FENCE) -> None:
    taken = PersonTookOver(conversation_id=CONVERSATION, fence=fence, name=name)
    await let_person_take_over(event_of(taken, scene.outside), scene.outside.ports())


async def speak(scene: Scene, text: str = PROMISE, fence: int = FENCE) -> UUID:
    message_id = uuid5(CONVERSATION, text)
    said = PersonSpoke(conversation_id=CONVERSATION, message_id=message_id, fence=fence, message=text)
    await say_for_person(event_of(said, scene.outside), scene.outside.ports())
    return message_id


async def hand_back(scene: Scene, fence: int = FENCE) -> None:
    data = PersonHandedBack(conversation_id=CONVERSATION, fence=fence)
    await go_on_after_person(event_of(data, scene.outside), scene.outside.ports())


def lines(scene: Scene, kind: str, name: str = "Tove") -> str:
    playbook = scene.outside.playbook
    return str(getattr(playbook.lines, kind).format(name=name, company=playbook.company.name))


def ended_with(outside: FakeOutside, turn_id: UUID) -> Done:
    return Done.model_validate_json(outside.replies.ends(turn_id)[-1].data)


async def test_what_is_said_while_a_person_speaks_waits_for_them(scene: Scene, outside: FakeOutside):
    await scene.say("Hi, I run a bakery.")
    await take_over(scene)
    before = len(scene.answers)

    turn = await scene.say("What does it cost?")
    again = await scene.say("Hello?")
    await answer_turn(again, outside.ports())

    assert len(scene.answers) == before
    for each in (turn, again):
        assert ended_with(outside, each.data.turn_id).is_left_to_person
        assert outside.store.turns[each.data.turn_id].outcome.status is TurnStatus.LEFT
    message_id = await speak(scene)
    (answered,) = [event.data for event in scene.published(PersonAnswered)]
    assert answered.answered_turn_ids == (turn.data.turn_id, again.data.turn_id)
    assert (answered.message, answered.name) == (PROMISE, "Tove")
    for turn_id in (message_id, turn.data.turn_id):
        assert (ended_with(outside, turn_id).response, ended_with(outside, turn_id).written_by) == (
            PROMISE,
            "person",
        )


async def test_the_visitor_is_told_who_speaks_once_and_in_their_language(scene: Scene, outside: FakeOutside):
    await scene.say("Hallo, ich habe eine Bäckerei und wir sind zwölf Leute.")
    german = outside.playbook.spoken_in("de")
    company = outside.playbook.company.name
    for _ in range(2):
        await take_over(scene)
    for _ in range(2):
        await hand_back(scene)

    told = [answer.reply for answer in scene.answers[-2:]]
    wanted = (german.lines.person_joined, german.lines.person_left)
    assert told == [line.format(name="Tove", company=company) for line in wanted]
    speakers = [(event.data.speaker, event.data.name) for event in scene.published(SpeakerChanged)]
    assert speakers == [("person", "Tove"), ("bot", None)]


@pytest.mark.parametrize("is_known_from_redis", [True, False])
async def test_a_reply_that_is_cut_ends_at_what_was_shown(
    scene: Scene, outside: FakeOutside, is_known_from_redis: bool
):
    class Interrupted(FakeSpeaker):
        async def converse(self, conversation, on_understood, on_text):
            async def add(text: str) -> None:
                await on_text(text)
                if text.startswith("people"):
                    writer = outside.replies.writer(turn.data.turn_id)
                    await until(lambda: "nice." in writer.text)
                    await writer.flush()
                    outside.replies.claims[CONVERSATION] = FencedOut(FENCE, "Tove")

            return await super().converse(conversation, on_understood, add)

    await scene.say("Hello!")
    outside.speaker = Interrupted(ModelAnswer(REPLY), ModelAnswer(REPLY))
    turn = scene.turn("I run a bakery.")
    await answer_turn(turn, outside.ports())
    if not is_known_from_redis:
        await take_over(scene)

    shown = outside.replies.shown(turn.data.turn_id)
    assert "nice." in shown
    assert "How many people" not in shown
    assert ended_with(outside, turn.data.turn_id).response == shown
    cut, told = scene.answers[-2:]
    assert (cut.reply, cut.answered_turn_ids) == (shown, (turn.data.turn_id,))
    assert told.reply == lines(scene, "person_joined")
    assert scene.conversation.profile.business_type is None
    assert not scene.published(StageAdvanced)
    assert len(scene.published(SpeakerChanged)) == 1

    outside.replies.claims.clear()
    await hand_back(scene)
    assert scene.answers[-1].answered_turn_ids == (turn.data.turn_id,)
    assert scene.conversation.open_turn_ids == ()


async def test_a_reply_that_is_whole_before_a_take_over_stays(scene: Scene, outside: FakeOutside):
    turn = await scene.say("Hi, I run a bakery.")
    before = scene.answers[-1]
    await take_over(scene)
    assert ended_with(outside, turn.data.turn_id).response == before.reply
    assert scene.conversation.profile.business_type is not None


async def test_after_a_person_the_assistant_answers_what_is_open(scene: Scene, outside: FakeOutside):
    outside.speaker = speaker = FakeSpeaker(ModelAnswer(REPLY), ModelAnswer(REPLY))
    await scene.say("Hi, I run a bakery.")
    await take_over(scene)
    await scene.say("What does it cost?")
    await speak(scene)
    open_turn = await scene.say("And who bakes?")

    await hand_back(scene)
    await hand_back(scene)

    told, answer = scene.answers[-2:]
    assert told.reply == lines(scene, "person_left")
    assert answer.answered_turn_ids == (open_turn.data.turn_id,)
    conversation = speaker.conversed[-1]
    assert conversation.visitor_messages[-1].text == "And who bakes?"
    assert conversation.said_by_people == (PROMISE,)
    assert outside.store.turns[open_turn.data.turn_id].outcome.status is TurnStatus.ANSWERED


@pytest.mark.parametrize("fence", [FENCE - 1, FENCE + 1])
async def test_who_does_not_speak_says_nothing(scene: Scene, outside: FakeOutside, fence: int):
    await scene.say("Hi, I run a bakery.")
    await take_over(scene)

    message_id = await speak(scene, "It is me!", fence)
    await hand_back(scene, fence)

    assert [frame.kind for frame in outside.replies.ends(message_id)] == [FrameKind.ERROR]
    assert scene.published(PersonAnswered) == []
    assert scene.conversation.person is not None


async def test_the_newest_take_over_counts_in_whatever_order_it_is_learnt(scene: Scene, outside: FakeOutside):
    await scene.say("Hi, I run a bakery.")
    outside.replies.claims[CONVERSATION] = FencedOut(FENCE + 1, "Ivo")
    await take_over(scene, "Tove", FENCE)
    await take_over(scene, "Tove", FENCE)

    assert scene.conversation.person is not None
    assert (scene.conversation.person.name, scene.conversation.last_fence) == ("Ivo", FENCE + 1)
    refused = await speak(scene, "It is me!", FENCE)
    assert [frame.kind for frame in outside.replies.ends(refused)] == [FrameKind.ERROR]


async def test_a_failed_turn_does_not_wait_for_a_take_over_behind_it(scene: Scene, outside: FakeOutside):
    await scene.say("Hi, I run a bakery.")
    outside.replies.claims[CONVERSATION] = FencedOut(FENCE, "Tove")
    turn = scene.turn("What does it cost?")

    await admit_failure(turn, "broken", outside.ports())
    await take_over(scene)

    assert outside.store.turns[turn.data.turn_id].outcome.status is TurnStatus.FAILED
    assert scene.conversation.person is not None


async def test_what_was_awaited_is_kept_back_and_requested_anew(scene: Scene, outside: FakeOutside):
    scene.payers = Payers(address="a-pseudonym", site="pk_shop")
    turn = await scene.ask_for_a_proposal()
    lead_in = outside.replies.shown(turn.data.turn_id)
    draft = scene.draft()
    await take_over(scene)
    assert ended_with(outside, turn.data.turn_id).response == lead_in
    told = len(scene.answers)

    await say_drafted_proposal(draft, outside.ports())
    outside.wait(60)
    outside.leases.left_s = 30
    await look_after_due(outside.ports())
    assert (len(scene.answers), scene.conversation.proposal) == (told, None)

    await hand_back(scene)
    assert [event.data.payers for event in scene.published(ProposalRequested)] == [scene.payers] * 2
    await say_drafted_proposal(scene.draft(), outside.ports())
    assert "**" in scene.answers[-1].reply


@pytest.mark.parametrize(("left_s", "looks"), [(0.0, 1), (None, 2)], ids=["ended", "forgotten by the cache"])
async def test_the_assistant_goes_on_when_the_person_is_gone(
    scene: Scene, outside: FakeOutside, left_s: float | None, looks: int
):
    await scene.say("Hi, I run a bakery.")
    await take_over(scene)
    turn = await scene.say("Are you there?")
    outside.leases.left_s = 12.0
    outside.wait(31)
    await look_after_due(outside.ports())
    assert scene.conversation.person is not None

    outside.leases.left_s = left_s
    outside.wait(11)
    await look_after_due(outside.ports())
    assert scene.conversation.person is not None
    for _ in range(looks):
        outside.wait(31)
        await look_after_due(outside.ports())

    assert scene.conversation.person is None
    assert scene.answers[-1].answered_turn_ids == (turn.data.turn_id,)
    assert scene.answers[-2].reply == lines(scene, "person_left")


async def test_a_crash_between_hand_back_and_answer_is_made_good(scene: Scene, outside: FakeOutside):
    await scene.say("Hi, I run a bakery.")
    await take_over(scene)
    turn = await scene.say("Are you there?")
    await end_takeover(CONVERSATION, FENCE, outside.ports())

    await look_after_due(outside.ports())
    assert scene.answers[-1].answered_turn_ids == ()
    outside.wait(61)
    await look_after_due(outside.ports())

    assert scene.answers[-1].answered_turn_ids == (turn.data.turn_id,)


async def test_what_a_person_left_open_is_answered_with_what_comes_next(scene: Scene, outside: FakeOutside):
    await scene.say("Hi, I run a bakery.")
    await take_over(scene)
    turn = await scene.say("Are you there?")
    await end_takeover(CONVERSATION, FENCE, outside.ports())
    following = await scene.say("We are twelve.")
    assert scene.answers[-1].answered_turn_ids == (turn.data.turn_id, following.data.turn_id)
    for each in (turn, following):
        assert ended_with(outside, each.data.turn_id).response == scene.answers[-1].reply
