"""A model understands and speaks in a conversation; code decides, and what the visitor read stays."""

import re
from unittest.mock import Mock

import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from contracts.cloudevent import CloudEvent
from contracts.events import BookingRequested, ProposalRequested, TurnReceived
from contracts.reply_stream import FrameKind
from playbook import Playbook
from playbook.reading import understand
from playbook.reading.meaning import Intent
from services.dialogue.domain.conversation import Conversation
from services.dialogue.errors import SpeakerUnavailable
from services.dialogue.ports import ModelTurn, OnText, OnUnderstood
from services.dialogue.usecases import answer_turn, converse
from services.dialogue.usecases.awaited import say_drafted_proposal
from tests.support.dialogue_fakes import FakeJudge, FakeOutside, FakeSpeaker, ModelAnswer
from tests.support.dialogue_scene import Scene
from tests.support.playbooks import SHIPPED
from tests.unit.dialogue.builders import an_update, meaning

OPENING = f"{SHIPPED.lines.greeting} {SHIPPED.company.disclosure}"
BAKERY = an_update("business_type", "bakery")
ASKS = "And how many people are on your team?"
FORBIDDEN = "That is $99 a month."


def counted(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(f"salesbot_{name}_total", labels) or 0.0


def asked_for(slot: str, playbook: Playbook = SHIPPED) -> str:
    """The playbook's own question for a slot."""
    questions = [question for script in playbook.stages.values() for question in script.questions]
    return next(question.ask for question in questions if question.slot == slot)


def kinds(outside: FakeOutside, turn: CloudEvent[TurnReceived]) -> set[FrameKind]:
    return {frame.kind for frame in outside.replies.frames[turn.data.turn_id]}


LOVELY = f"Lovely. {FORBIDDEN}"
JAPANESE = "\u3042\u306a\u305f\u306e\u4f1a\u793e\u306b\u306f\u4f55\u4eba\uff1f"
LOST = SpeakerUnavailable("timeout", cost_usd=0.5)


def says(reply: str, action: str = "ask:team_size") -> ModelAnswer:
    return ModelAnswer(reply, meaning(updates=(BAKERY,)), action, cost_usd=0.25)


# What the model answers, the reply to a visitor who was greeted before, and how many sentences it lost.
REPLIES = {
    "it agrees with code": ((says(ASKS),), ASKS, 0),
    "it chooses an open question": (
        (says("What takes long?", "ask:challenge"),),
        "What takes long?",
        0,
    ),
    "code decides otherwise": ((says("Here is your link.", "book"), says(ASKS)), ASKS, 0),
    "a sentence is refused": ((says(LOVELY), says(ASKS)), f"Lovely. {ASKS}", 1),
    "refused twice": ((says(LOVELY), says(FORBIDDEN)), f"Lovely.\n\n{asked_for('team_size')}", 2),
    "it forgets the question": ((says("Lovely."), says(ASKS)), f"Lovely. {ASKS}", 0),
    "it asks and says too much": ((says(f"{ASKS} {FORBIDDEN}"),), ASKS, 1),
    "it asks in another script": ((says(f"{JAPANESE} {FORBIDDEN}"),), JAPANESE, 1),
    "the second call fails": ((says(LOVELY), LOST), f"Lovely.\n\n{asked_for('team_size')}", 1),
}


@pytest.mark.parametrize(("answers", "reply", "lost"), REPLIES.values(), ids=REPLIES)
async def test_what_the_visitor_reads_and_what_all_calls_for_it_took(
    scene: Scene, answers: tuple[ModelAnswer | SpeakerUnavailable, ...], reply: str, lost: int
):
    await scene.say("hi")
    speaker = scene.outside.speaker = FakeSpeaker(*answers)

    turn = await scene.say("I run a bakery.")

    answer = scene.answers[-1]
    assert answer.reply == reply
    assert (answer.author, answer.model, answer.degraded) == ("model", "m", False)
    assert len(answer.refused) == lost
    assert len(speaker.phrased) == len(answers) - 1
    assert answer.cost_usd == sum(each.cost_usd for each in answers)
    assert answer.input_tokens == 100 * sum(isinstance(each, ModelAnswer) for each in answers)
    assert scene.outside.replies.shown(turn.data.turn_id) == reply
    assert kinds(scene.outside, turn) == {FrameKind.DELTA, FrameKind.DONE}
    assert scene.conversation.profile.business_type is not None
    assert (scene.published(BookingRequested), scene.conversation.awaiting) == ([], None)


async def test_the_opening_stands_before_the_model_is_asked(scene: Scene, outside: FakeOutside):
    outside.speaker = _Reading(outside, ModelAnswer(ASKS, action="ask:team_size"))

    await scene.say("I run a bakery.")
    await scene.say("A bakery with a shop.")

    assert outside.speaker.read == [OPENING, ""]
    assert OPENING not in scene.answers[-1].reply


async def test_a_whole_message_is_read_by_the_model_alone(
    scene: Scene, outside: FakeOutside, monkeypatch: pytest.MonkeyPatch
):
    reader = Mock(wraps=understand)
    for module in (answer_turn, converse):
        monkeypatch.setattr(module, "understand", reader)
    outside.speaker = FakeSpeaker(says(ASKS), SpeakerUnavailable("timeout"))

    await scene.say("I run a bakery.")

    reader.assert_not_called()

    await scene.say("We are 18 people.")

    reader.assert_called_once()


async def test_thanks_alone_are_led_on_without_a_second_call(scene: Scene, outside: FakeOutside):
    await scene.propose()
    outside.speaker = FakeSpeaker(ModelAnswer("Thank you.", meaning(Intent.THANK), "answer"))

    await scene.say("thanks")

    assert outside.speaker.phrased == []
    assert scene.answers[-1].reply.startswith("Thank you.\n\n")
    assert scene.answers[-1].reply.endswith("?")


async def test_who_has_the_link_misses_no_refused_sentence_and_no_question(
    scene: Scene, outside: FakeOutside
):
    await scene.book()
    kept = "Enjoy the evening with the bakery."
    outside.speaker = FakeSpeaker(ModelAnswer(f"{kept} {FORBIDDEN}", meaning(Intent.THANK), "answer"))
    outside.judge = FakeJudge()

    await scene.say("thanks, bye for now")

    assert outside.speaker.phrased == []
    assert scene.answers[-1].reply == kept


async def test_a_draft_is_made_knowing_what_is_read_in_front_of_it(scene: Scene, outside: FakeOutside):
    await scene.propose()
    lead_in = "Phone calls I cannot promise."
    understood = meaning(Intent.WANT_CHANGE, change_wish="and it takes calls")
    outside.speaker = FakeSpeaker(ModelAnswer(lead_in, understood, "redraft"))
    outside.judge = FakeJudge()

    await scene.say("and it takes calls")

    last = scene.published(ProposalRequested)[-1].data.transcript[-1]
    assert (last.role, last.text) == ("bot", lead_in)


async def test_who_wants_no_more_questions_is_asked_none(scene: Scene, outside: FakeOutside):
    await scene.propose()
    understood = meaning(Intent.THANK, Intent.NO_QUESTIONS)
    outside.speaker = FakeSpeaker(ModelAnswer("Thank you.", understood, "answer"))

    await scene.say("thanks, and no more questions please")

    assert scene.answers[-1].reply == "Thank you."


async def test_where_code_decides_otherwise_the_action_is_given_in_a_second_call(
    scene: Scene, outside: FakeOutside
):
    before = counted("other_actions", action="ask")
    outside.speaker = FakeSpeaker(says("Here is your link: it is booked.", "book"), ModelAnswer(ASKS))

    await scene.say("I run a bakery.")

    (request,) = outside.speaker.phrased
    assert request.action.key == "ask:team_size"
    assert request.conversation.profile.business_type is not None
    assert (request.shown, request.violations) == (OPENING, ())
    assert scene.answers[-1].reply == f"{OPENING} {ASKS}"
    assert counted("other_actions", action="ask") == before + 1


async def test_a_refused_sentence_leads_to_a_second_call_that_knows_why(scene: Scene, outside: FakeOutside):
    outside.speaker = FakeSpeaker(says(LOVELY), ModelAnswer(ASKS))

    await scene.say("I run a bakery.")

    (request,), answer = outside.speaker.phrased, scene.answers[-1]
    assert request.shown == f"{OPENING} Lovely."
    assert [violation.sentence for violation in request.violations] == [FORBIDDEN]
    assert answer.refused == tuple(violation.reason.name.lower() for violation in request.violations)


async def test_an_answer_that_lost_a_sentence_still_leads_on(scene: Scene, outside: FakeOutside):
    await scene.propose()
    bad = ModelAnswer(LOVELY, meaning(Intent.ASK), "answer")
    outside.speaker = FakeSpeaker(bad, ModelAnswer(FORBIDDEN))

    await scene.say("Does it work with Dolphin or does it not?")

    offers = [f"Lovely.\n\n{offer}" for offer in outside.playbook.lines.reaction]
    assert scene.answers[-1].reply in offers


@pytest.mark.parametrize(
    ("answers", "reason"), [((says(FORBIDDEN), says(FORBIDDEN)), "refused"), ((LOST,), "timeout")]
)
async def test_a_model_of_which_nothing_can_be_shown_is_replaced_by_the_playbook(
    scene: Scene, answers: tuple[ModelAnswer | SpeakerUnavailable, ...], reason: str
):
    before = counted("guided_replies", reason=reason)
    scene.outside.speaker = FakeSpeaker(*answers)
    guided = Scene(FakeOutside(SHIPPED))
    await guided.say("I run a bakery.")

    turn = await scene.say("I run a bakery.")

    answer = scene.answers[-1]
    assert answer.reply.startswith(OPENING)
    assert answer.reply.endswith(asked_for("team_size"))
    assert reason == "refused" or answer.reply == guided.answers[0].reply
    assert (answer.author, answer.degraded, answer.cost_usd) == ("script", True, 0.5)
    assert scene.outside.replies.shown(turn.data.turn_id) == answer.reply
    assert kinds(scene.outside, turn) == {FrameKind.DELTA, FrameKind.DONE}
    assert counted("guided_replies", reason=reason) == before + 1


@pytest.mark.parametrize(
    ("partial", "said", "author"),
    [
        ("Welcome to you. How many ", f"Welcome to you.\n\n{asked_for('business_type')}", "model"),
        ("Welcome. What do you do? It is $99", "Welcome. What do you do?", "model"),
        ("It is ", asked_for("business_type"), "script"),
    ],
)
async def test_a_model_that_breaks_off_leaves_its_whole_sentences(
    scene: Scene, partial: str, said: str, author: str
):
    speaker = scene.outside.speaker = FakeSpeaker(LOST, partial=partial)

    turn = await scene.say("Hello there.")

    (answer,) = scene.answers
    assert answer.reply.startswith(OPENING)
    assert answer.reply.endswith(said)
    assert (answer.author, answer.cost_usd, answer.degraded) == (author, 0.5, author == "script")
    assert scene.outside.replies.shown(turn.data.turn_id) == answer.reply
    assert kinds(scene.outside, turn) == {FrameKind.DELTA, FrameKind.DONE}
    assert speaker.phrased == []


async def test_half_of_a_wrong_claim_is_not_taken_back_and_not_completed(scene: Scene, outside: FakeOutside):
    await scene.say("hi")
    claim = ModelAnswer("We counted 8. Dollars a month, that is.", action="ask:team_size")
    outside.speaker = FakeSpeaker(claim, ModelAnswer(ASKS))
    outside.judge = FakeJudge("Dollars")

    turn = await scene.say("We are 8 bakers.")

    shown = outside.replies.shown(turn.data.turn_id)
    assert "Dollars" not in shown
    assert shown == scene.answers[-1].reply
    assert shown.count("We counted 8.") <= 1


async def test_a_correction_is_in_the_very_next_reply(scene: Scene, outside: FakeOutside):
    await scene.say("hi")
    outside.speaker = FakeSpeaker(
        ModelAnswer(ASKS, meaning(updates=(BAKERY,)), "ask:team_size"),
        ModelAnswer(
            "So 12 in a café. What takes up your time?",
            meaning(
                Intent.CORRECT,
                updates=(an_update("business_type", "café"), an_update("team_size", "12", quote="12 of us")),
            ),
            "ask:challenge",
        ),
    )
    await scene.say("I run a bakery.")

    await scene.say("It's a café, really, 12 of us.")

    profile = scene.conversation.profile
    assert profile.business_type is not None
    assert profile.team_size is not None
    assert (profile.business_type.value, profile.team_size.value) == ("café", 12)
    assert scene.answers[-1].reply == "So 12 in a café. What takes up your time?"


async def test_a_correction_after_the_proposal_is_drafted(scene: Scene, outside: FakeOutside):
    await scene.propose()
    corrected = meaning(Intent.CORRECT, updates=(an_update("team_size", "15", quote="15 people"),))
    outside.speaker = FakeSpeaker(ModelAnswer("15, I put that in.", corrected, "redraft"))

    turn = await scene.say("We are 15 people by now.")
    await say_drafted_proposal(scene.draft(), outside.ports())

    team_size = scene.published(ProposalRequested)[-1].data.profile.team_size
    assert team_size is not None
    assert team_size.value == 15
    assert scene.answers[-1].reply.startswith("15, I put that in.\n\n**")
    assert outside.replies.shown(turn.data.turn_id) == scene.answers[-1].reply


async def test_a_model_speaks_while_a_proposal_is_awaited(scene: Scene, outside: FakeOutside):
    await scene.ask_for_a_proposal()
    outside.speaker = FakeSpeaker(ModelAnswer("It is on its way.", meaning(Intent.ASK), "hold"))

    await scene.say("Are you still there?")

    assert scene.answers[-1].reply == "It is on its way."
    assert scene.conversation.awaiting is not None


@pytest.mark.parametrize("said", ["Gracias por escribirnos.", ""])
async def test_opening_and_missing_question_are_in_the_visitors_language(scene: Scene, said: str):
    spanish = SHIPPED.spoken_in("es")
    answers = [ModelAnswer(said, meaning(Intent.GREET, language="es"))] if said else []
    speaker = scene.outside.speaker = FakeSpeaker(*answers, LOST)

    turn = await scene.say("Hola, buenos días")

    reply = scene.answers[-1].reply
    assert reply.startswith(f"{spanish.lines.greeting} {spanish.company.disclosure} {said}")
    assert reply.endswith(asked_for("business_type", spanish))
    assert [read.profile.known() for read in speaker.conversed] == [{"language"}]
    assert scene.outside.replies.shown(turn.data.turn_id) == reply


async def test_a_refusal_is_counted_and_logged_without_a_word_of_anybody(scene: Scene, outside: FakeOutside):
    await scene.say("hi")
    bad = ModelAnswer("Ann Miller of anns-bakery.example, we guarantee it.", action="ask:business_type")
    outside.speaker = FakeSpeaker(bad, ModelAnswer("And what do you do?"))

    with capture_logs() as logs:
        await scene.say("I'm Ann Miller of anns-bakery.example.")

    (case,) = [entry for entry in logs if entry["event"] == "sentence_refused"]
    assert {"conversation_id", "stage", "reason", "words"} <= case.keys()
    assert not re.search("ann|bakery|guarante", " ".join(map(str, case.values())).casefold())


class _Reading(FakeSpeaker):
    """Keeps what the visitor has read when the model is asked."""

    def __init__(self, outside: FakeOutside, answer: ModelAnswer) -> None:
        super().__init__(answer, answer)
        self._outside = outside
        self.read: list[str] = []

    async def converse(
        self,
        conversation: Conversation,
        on_understood: OnUnderstood,
        on_text: OnText,
    ) -> ModelTurn:
        newest = conversation.visitor_messages[-1].turn_id
        self.read.append(self._outside.replies.pending(newest))
        return await super().converse(conversation, on_understood, on_text)
